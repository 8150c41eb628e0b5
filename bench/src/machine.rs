//! What the figures were measured on.

use crate::{model::Machine, pin};
use std::{collections::BTreeMap, fs, path::Path, process::Command, thread};
use wayleave_dev::repository::Repository;

/// This machine, and the versions of what takes part. What cannot be found out is left out.
#[must_use]
pub fn describe(repository: &Repository) -> Machine {
    let root = repository.root();
    let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
    Machine {
        processor: processor(&text("/proc/cpuinfo")).unwrap_or_default(),
        cores: thread::available_parallelism().map_or(0, usize::from),
        memory_gib: memory_gib(&text("/proc/meminfo")).unwrap_or_default(),
        kernel: said(root, "uname", &["-sr"]).unwrap_or_default(),
        pinning: pin::possible(),
        commit: commit(root).unwrap_or_default(),
        versions: versions(repository),
    }
}

fn versions(repository: &Repository) -> BTreeMap<String, String> {
    let root = repository.root();
    let command = |name: &str| repository.node_command(name).display().to_string();
    let mut versions = BTreeMap::new();
    let mut add = |name: &str, version: Option<String>| {
        if let Some(version) = version {
            versions.insert(name.to_owned(), version);
        }
    };
    add("rustc", said(root, "rustc", &["--version"]).and_then(|line| word(&line, 1)));
    add("Node", said(root, &command("node"), &["--version"]));
    add("workerd", said(root, &command("workerd"), &["--version"]).and_then(|line| word(&line, 1)));
    for package in ["jose", "express", "supertokens-node-mysql-ref-jwt"] {
        add(package, package_version(repository, package));
    }
    versions
}

/// The version of an installed Node package.
#[must_use]
pub fn package_version(repository: &Repository, package: &str) -> Option<String> {
    let path = repository.root().join("node_modules").join(package).join("package.json");
    let json: serde_json::Value = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    json["version"].as_str().map(str::to_owned)
}

/// The commit, with a `+` where the tree has changes.
fn commit(root: &Path) -> Option<String> {
    let commit = said(root, "git", &["rev-parse", "--short=10", "HEAD"])?;
    let unchanged = said(root, "git", &["status", "--porcelain", "--untracked-files=no"])
        .is_some_and(|changes| changes.is_empty());
    Some(if unchanged { commit } else { format!("{commit}+") })
}

/// What a command says on its standard output, if it succeeds.
fn said(folder: &Path, program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).current_dir(folder).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

fn word(line: &str, index: usize) -> Option<String> {
    line.split_whitespace().nth(index).map(str::to_owned)
}

/// The model in `/proc/cpuinfo`.
fn processor(text: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    line.split_once(':').map(|(_, model)| model.trim().to_owned())
}

/// All memory in `/proc/meminfo`, in GiB with one digit behind the point.
#[expect(clippy::cast_precision_loss, reason = "no machine has 2^52 kB")]
fn memory_gib(text: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kb: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some((kb as f64 / (1024.0 * 1024.0) * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_the_model_of_the_first_core() {
        let text = "processor\t: 0\nmodel name\t: Example 9000 @ 2.10GHz\n\nprocessor\t: 1\nmodel name\t: Other\n";

        assert_eq!(processor(text).as_deref(), Some("Example 9000 @ 2.10GHz"));
        assert_eq!(processor("processor\t: 0\n"), None);
    }

    #[test]
    fn memory_is_told_in_gib() {
        assert_eq!(memory_gib("MemTotal:       16310000 kB\nMemFree: 1 kB\n"), Some(15.6));
    }
}
