//! `bench/results/<question>.json`, read and written; and all that is made of them.

use super::{chart, page};
use crate::{failure::Failure, model::Answered, questions};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// Writes an answered question and its chart, then the page anew from all that are there: a run of one question does not lose the others.
///
/// # Errors
///
/// [`Failure::File`].
pub fn write(root: &Path, answered: &Answered) -> Result<(), Failure> {
    let folder = root.join(FOLDER);
    fs::create_dir_all(&folder).map_err(Failure::file("make", &folder))?;
    let json = serde_json::to_string_pretty(answered)
        .map_err(|error| Failure::Other(format!("{}: {error}", answered.name)))?;
    put(&folder.join(format!("{}.json", answered.name)), &format!("{json}\n"))?;
    if let Some(svg) = chart(answered) {
        put(&folder.join(format!("{}.svg", answered.name)), &svg)?;
    }
    write_page(root)
}

/// Writes the page anew from all results, without measuring anything.
///
/// # Errors
///
/// [`Failure::File`].
pub fn write_page(root: &Path) -> Result<(), Failure> {
    put(&root.join(PAGE), &page(&read_all(root)?, &read_notes(root)))
}

/// `bench/notes/<question>.md`, by the question's name.
fn read_notes(root: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(root.join(NOTES)).into_iter().flatten().flatten();
    let note = |path: PathBuf| {
        let name = path.file_name()?.to_str()?.strip_suffix(".md")?.to_owned();
        Some((name, fs::read_to_string(&path).ok()?))
    };
    entries.filter_map(|entry| note(entry.path())).collect()
}

/// All answered questions, in the order of the page; those that nobody asks any more at the end.
///
/// # Errors
///
/// [`Failure::File`] if one cannot be read, or is not what we write.
pub fn read_all(root: &Path) -> Result<Vec<Answered>, Failure> {
    let folder = root.join(FOLDER);
    let mut all = Vec::new();
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(all),
        Err(error) => return Err(Failure::file("read", folder)(error)),
    };
    let paths = entries.flatten().map(|entry| entry.path());
    for path in paths.filter(|path| path.extension().is_some_and(|end| end == "json")) {
        all.push(read(path)?);
    }
    let order: Vec<_> = questions::all().iter().map(|question| question.name()).collect();
    let place = |name: &str| order.iter().position(|known| *known == name).unwrap_or(order.len());
    all.sort_by(|one, other| (place(&one.name), &one.name).cmp(&(place(&other.name), &other.name)));
    Ok(all)
}

fn read(path: PathBuf) -> Result<Answered, Failure> {
    let bytes = fs::read(&path).map_err(Failure::file("read", &path))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Failure::file("use", path)(io::Error::other(error)))
}

fn put(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(Failure::file("write", path))
}

const FOLDER: &str = "bench/results";
const NOTES: &str = "bench/notes";
const PAGE: &str = "docs/performance.md";
