//! Desks to start from.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::files::{self, Files};

/// A desk to start from, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// The name that `switchboard init --template` takes.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
}

/// The templates there are; the first is used where none is named.
pub const TEMPLATES: &[Template] = &[
    Template {
        name: "minimal",
        summary: "one department, two people, four steps and a reviewer, every line explained",
    },
    Template {
        name: "demo",
        summary: "Blue Whale Toys: all five standard steps and the reviewer, seven departments, articles in three languages",
    },
];

/// Why no desk was written.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// There is no such template.
    #[error("there is no template \"{name}\"; there is {}", TEMPLATES.iter().map(|template| template.name).collect::<Vec<_>>().join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// Something is there already, and nothing is ever overwritten.
    #[error("{} is not empty; name a new directory", .dir.display())]
    NotEmpty {
        /// The directory.
        dir: PathBuf,
    },
    /// The directory or a file couldn't be written.
    #[error("{} can't be written: {error}", .path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// Writes a desk to start from. The directory is made where it isn't there; it must be empty.
///
/// # Errors
/// As [`TemplateError`] says; what was written before a failed write stays.
///
/// Returns the files that were written, relative to the directory.
pub fn write_template(dir: &Path, name: &str) -> Result<Vec<String>, TemplateError> {
    let files = template_files(name).ok_or_else(|| TemplateError::Unknown {
        name: name.to_owned(),
    })?;
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| TemplateError::Write { path, error }
    };
    fs::create_dir_all(dir).map_err(failed(dir))?;
    if fs::read_dir(dir).map_err(failed(dir))?.next().is_some() {
        return Err(TemplateError::NotEmpty {
            dir: dir.to_owned(),
        });
    }
    for (file, content) in &files {
        let path = dir.join(file);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed(folder))?;
        }
        fs::write(&path, content).map_err(failed(&path))?;
    }
    Ok(files.into_keys().collect())
}

/// The files of a template.
pub(super) fn template_files(name: &str) -> Option<Files> {
    match name {
        "demo" => Some(files::demo()),
        "minimal" => {
            let file = |(name, text): &(&str, &str)| ((*name).to_owned(), text.as_bytes().to_vec());
            Some(MINIMAL.iter().map(file).collect())
        }
        _ => None,
    }
}

const MINIMAL: &[(&str, &str)] = &[
    ("desk.toml", include_str!("template/desk.toml")),
    ("hours.toml", include_str!("template/hours.toml")),
    ("directory.toml", include_str!("template/directory.toml")),
    (
        "knowledge/opening-hours.en.md",
        include_str!("template/opening-hours.en.md"),
    ),
    (
        "knowledge/opening-hours.zh-Hans.md",
        include_str!("template/opening-hours.zh-Hans.md"),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::{Desk, DeskFiles};

    #[test]
    fn every_template_makes_a_desk_without_a_problem() {
        for template in TEMPLATES {
            let dir = tempfile::tempdir().unwrap();
            let written = write_template(&dir.path().join("new/desk"), template.name).unwrap();
            assert!(written.contains(&"desk.toml".to_owned()));
            let loaded = Desk::load(&DeskFiles::Directory(dir.path().join("new/desk")));
            assert!(loaded.is_ok(), "{}: {:#?}", template.name, loaded.err());
        }
    }

    #[test]
    fn the_demo_on_disk_is_the_demo_inside() {
        let dir = tempfile::tempdir().unwrap();
        write_template(dir.path(), "demo").unwrap();
        let on_disk = Desk::load(&DeskFiles::Directory(dir.path().to_owned())).unwrap();
        assert_eq!(
            on_disk.revision,
            Desk::load(&DeskFiles::Embedded).unwrap().revision
        );
    }

    #[test]
    fn nothing_is_ever_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("desk.toml"), "mine").unwrap();
        let refused = write_template(dir.path(), "minimal");
        assert!(matches!(refused, Err(TemplateError::NotEmpty { .. })));
        assert_eq!(
            fs::read_to_string(dir.path().join("desk.toml")).unwrap(),
            "mine"
        );
        let unknown = write_template(dir.path(), "maximal")
            .unwrap_err()
            .to_string();
        assert!(unknown.contains("minimal, demo"), "{unknown}");
    }
}
