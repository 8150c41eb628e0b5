//! What is in the tarball, and what its types say.

use crate::project::{Project, run};
use std::{collections::BTreeSet, fs, path::Path};
use wayleave_tests::harness::{Suite, say};

pub(crate) fn add_to(suite: &mut Suite) {
    let alone = |name: &str| format!("package::{name}");
    suite.add_alone(alone("the_tarball_is_small"), |_| {
        the_tarball_is_small();
        Ok(())
    });
    suite.add_alone(alone("it_holds_what_it_should_and_depends_on_nothing"), |runtime| {
        runtime.block_on(it_holds_what_it_should_and_depends_on_nothing());
        Ok(())
    });
    suite.add_alone(alone("publint_and_attw_have_nothing_against_it"), |runtime| {
        runtime.block_on(publint_and_attw_have_nothing_against_it());
        Ok(())
    });
    suite.add_alone(alone("its_types_know_every_function_and_refuse_wrong_uses"), |runtime| {
        runtime.block_on(its_types_know_every_function_and_refuse_wrong_uses());
        Ok(())
    });
}

fn the_tarball_is_small() {
    let repository = wayleave_dev::repository::Repository::of_this_program();
    let root = repository.expect("the repository of this test").root().to_owned();
    let packed = fs::metadata(root.join("javascript/dist/wayleave.tgz"));
    let bytes = packed.expect("`make test` builds the package").len();

    assert!(bytes <= MAX_BYTES, "{bytes} bytes, which is over {MAX_BYTES}");
    say(&format!("the npm package: {bytes} bytes"));
}

async fn it_holds_what_it_should_and_depends_on_nothing() {
    let project = Project::with_the_package().await;
    let package = project.path("node_modules/wayleave");

    let manifest = fs::read_to_string(package.join("package.json")).expect("its manifest");
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
    for kind in ["dependencies", "peerDependencies", "optionalDependencies", "scripts"] {
        assert!(manifest.get(kind).is_none(), "{kind}: {}", manifest[kind]);
    }
    assert_eq!(manifest["license"], "MIT OR Apache-2.0");
    let installed: Vec<_> = fs::read_dir(project.path("node_modules"))
        .expect("what is installed")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    assert_eq!(installed, ["wayleave"]);

    let mut files = BTreeSet::new();
    collect(&package, &package, &mut files);
    for wanted in [
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "cjs/express.js",
        "cjs/index.js",
        "cjs/wayleave.js",
        "esm/index.js",
        "esm/workers.js",
        "node/index.js",
        "wayleave.wasm",
    ] {
        assert!(files.contains(wanted), "{wanted} is not among {files:?}");
    }
    let root = env!("CARGO_MANIFEST_DIR").trim_end_matches("/tests").as_bytes();
    let home = Path::new(env!("CARGO")).ancestors().nth(3).expect("a folder of tools");
    for file in &files {
        let bytes = fs::read(package.join(file)).expect("a file of the package");
        for place in [root, home.as_os_str().as_encoded_bytes()] {
            let tells = place.len() > 5 && bytes.windows(place.len()).any(|window| window == place);
            assert!(!tells, "{file} tells where it was built");
        }
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder of the package").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let path = path.strip_prefix(root).expect("a path below it");
            files.insert(path.to_string_lossy().into_owned());
        }
    }
}

async fn publint_and_attw_have_nothing_against_it() {
    let project = Project::with_the_package().await;
    let tarball = project.tarball();

    run("publint", project.tool("publint").arg("run").arg(&tarball).arg("--strict")).await;
    let attw = project
        .tool("attw")
        .arg(&tarball)
        .args(["--no-color", "--format", "ascii"])
        // Workers know ECMAScript modules only.
        .args(["--ignore-rules", "cjs-resolves-to-esm"])
        .output()
        .await
        .expect("attw");

    let said = String::from_utf8_lossy(&attw.stdout).into_owned();
    assert!(attw.status.success(), "{said}{}", String::from_utf8_lossy(&attw.stderr));
}

async fn its_types_know_every_function_and_refuse_wrong_uses() {
    let project = Project::with_the_package().await;
    let usage = project.bring("types/usage.ts");
    let common = [
        "--noEmit",
        "--strict",
        "--exactOptionalPropertyTypes",
        "--target",
        "es2022",
        "--lib",
        "es2022,dom,dom.iterable",
        "--types",
        "node",
        "--skipLibCheck",
        "false",
    ];
    let roots = project.type_roots();
    for (module, resolution) in [("nodenext", "nodenext"), ("esnext", "bundler")] {
        let name = format!("tsc with {resolution}");
        let mut tsc = project.tool("tsc");
        tsc.args(common).args(["--module", module, "--moduleResolution", resolution]);
        run(&name, tsc.arg("--typeRoots").arg(&roots).arg(&usage)).await;
    }
    // The same from a CommonJS project.
    let text = fs::read_to_string(&usage).expect("the file");
    let text = text.replace("await Wayleave.init(options);\nawait SuperTokens.init(options);\nawait Workers.init();\nawait Workers.init(", "void Workers.init(");
    fs::write(project.path("usage.cts"), text).expect("a file in it");
    let mut tsc = project.tool("tsc");
    tsc.args(common).args(["--module", "nodenext", "--moduleResolution", "nodenext"]);
    run("tsc for CommonJS", tsc.arg("--typeRoots").arg(&roots).arg("usage.cts")).await;
}

/// What the project promises: 150 kB.
const MAX_BYTES: u64 = 150_000;
