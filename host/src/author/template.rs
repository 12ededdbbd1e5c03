//! A new project: it builds and passes its cases as it is.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::project::{Language, check_name};

static TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates/plugin");
static CONTRACT: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../wit/0.1.1");

/// What ends the names of files that cargo or go would take for their own in this repository.
const TEMPLATE: &str = ".template";
/// What stands for the plugin's name.
const NAME: &str = "{{name}}";

/// Why there is no new project.
#[derive(Debug, thiserror::Error)]
pub enum NewError {
    /// The name can't be one.
    #[error("{0}")]
    Name(String),
    /// Something is there already, and nothing is ever overwritten.
    #[error("{} is there already; choose another name, or another place with --dir", .0.display())]
    Exists(PathBuf),
    /// It couldn't be written.
    #[error("{} can't be written: {error}", .path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// Writes a project into `dir`, which must not be there or be empty. Returns its files, relative to `dir`.
///
/// # Errors
/// As [`NewError`] says; what was written before a failed write stays.
pub fn write_project(dir: &Path, name: &str, language: Language) -> Result<Vec<String>, NewError> {
    check_name(name).map_err(NewError::Name)?;
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| NewError::Write { path, error }
    };
    let taken = match fs::read_dir(dir) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    };
    if taken {
        return Err(NewError::Exists(dir.to_owned()));
    }
    let files = project_files(name, language);
    for (file, content) in &files {
        let path = dir.join(file);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed(folder))?;
        }
        fs::write(&path, content).map_err(failed(&path))?;
    }
    Ok(files.into_keys().collect())
}

/// Every file of a new project.
fn project_files(name: &str, language: Language) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for folder in ["common", language.as_str()] {
        if let Some(folder) = TEMPLATES.get_dir(folder) {
            collect(folder, folder.path(), &mut |file, content| {
                let file = file.strip_suffix(TEMPLATE).unwrap_or(file).to_owned();
                files.insert(file, named(content, name, language));
            });
        }
    }
    collect(&CONTRACT, CONTRACT.path(), &mut |file, content| {
        files.insert(format!("wit/{file}"), content.to_vec());
    });
    files
}

fn collect(dir: &'static Dir<'static>, root: &Path, take: &mut impl FnMut(&str, &[u8])) {
    for file in dir.files() {
        if let Some(path) = file.path().strip_prefix(root).ok().and_then(Path::to_str) {
            take(path, file.contents());
        }
    }
    for inner in dir.dirs() {
        collect(inner, root, take);
    }
}

/// A text with the plugin's name in it; what isn't text stays as it is.
fn named(content: &[u8], name: &str, language: Language) -> Vec<u8> {
    match std::str::from_utf8(content) {
        Ok(text) => text
            .replace(NAME, name)
            .replace("{{language}}", language.as_str())
            .into_bytes(),
        Err(_) => content.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::author::Project;

    #[test]
    fn every_language_has_a_project_with_readme_cases_and_contract() {
        for language in Language::ALL {
            let dir = tempfile::tempdir().unwrap();
            let project = dir.path().join("a-b");
            let files = write_project(&project, "a-b", *language).unwrap();
            for expected in [
                "README.md",
                "plugin.toml",
                "tests/cases.jsonl",
                "wit/worlds.wit",
                ".gitignore",
            ] {
                assert!(
                    files.iter().any(|file| file == expected),
                    "{language}: {files:?}"
                );
            }
            for file in &files {
                let content = fs::read(project.join(file)).unwrap();
                let content = String::from_utf8_lossy(&content);
                for left in [NAME, "{{language}}"] {
                    assert!(!content.contains(left), "{language}: {file}");
                }
                assert!(!file.ends_with(TEMPLATE), "{file}");
            }
            let read = Project::read(&project).unwrap();
            assert_eq!((read.name.as_str(), read.language), ("a-b", *language));
        }
    }

    #[test]
    fn the_example_has_the_helper_of_new_projects() {
        // No link: the tool takes no module from outside of the project.
        let ours = include_str!("../../templates/plugin/javascript/outside.js");
        let example = include_str!("../../../examples/plugins/order-lookup/outside.js");
        assert_eq!(ours, example);
        let ours = include_str!("../../templates/plugin/assemblyscript/outside.ts");
        let example = include_str!("../../../examples/plugins/age-advice/outside.ts");
        assert_eq!(ours, example);
        let ours = include_str!("../../templates/plugin/zig/requirements.txt");
        let example = include_str!("../../../examples/plugins/repeats/requirements.txt");
        assert_eq!(ours, example);
    }

    #[test]
    fn nothing_is_ever_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("mine"), "kept").unwrap();
        let error = write_project(dir.path(), "a", Language::C).unwrap_err();
        assert!(matches!(error, NewError::Exists(_)), "{error}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        let error = write_project(&dir.path().join("x"), "../a", Language::C).unwrap_err();
        assert!(error.to_string().contains("can't be a plugin's name"));
    }
}
