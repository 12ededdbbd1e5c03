//! `plugin.toml`: what a project says of itself.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

/// The file that makes a directory a plugin's project.
pub const PROJECT_FILE: &str = "plugin.toml";
const LONGEST_NAME: usize = 64;

crate::model::kinds!(
    /// What a plugin is written in, as `--lang` and `plugin.toml` name it.
    Language {
        /// Rust, for `wasm32-unknown-unknown`.
        Rust = "rust",
        /// JavaScript, on QuickJS.
        JavaScript = "javascript",
        /// Python, on CPython.
        Python = "python",
        /// C, with clang and wasi-libc.
        C = "c",
        /// Go, for `wasip1`.
        Go = "go",
        /// C++23, with clang, libc++ and wasi-libc.
        Cpp = "cpp",
        /// Zig, for WebAssembly without a system.
        Zig = "zig",
        /// AssemblyScript, with its smallest runtime.
        AssemblyScript = "assemblyscript",
    }
);

impl Language {
    /// As people write it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Rust => "Rust",
            Self::JavaScript => "JavaScript",
            Self::Python => "Python",
            Self::C => "C",
            Self::Go => "Go",
            Self::Cpp => "C++",
            Self::Zig => "Zig",
            Self::AssemblyScript => "AssemblyScript",
        }
    }
}

/// A plugin's project on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its directory.
    pub dir: PathBuf,
    /// The plugin's name.
    pub name: String,
    /// What it is written in.
    pub language: Language,
    /// The world of the contract that it implements.
    pub world: String,
}

/// Why a directory is no project.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// There is no `plugin.toml`.
    #[error("{} is not there: this is no plugin's project; `switchboard plugin new NAME --lang LANG` makes one", .0.display())]
    Missing(PathBuf),
    /// It can't be read.
    #[error("{}: {error}", .path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// What it says makes no sense.
    #[error("{place}: {message}")]
    Wrong {
        /// `file:line`.
        place: String,
        /// What is wrong and what would be right.
        message: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProjectFile {
    name: toml::Spanned<String>,
    language: toml::Spanned<String>,
    #[serde(default = "step_world")]
    world: toml::Spanned<String>,
}

fn step_world() -> toml::Spanned<String> {
    toml::Spanned::new(0..0, "step".to_owned())
}

impl Project {
    /// Reads the project in `dir`.
    ///
    /// # Errors
    /// Where there is none, or its file is wrong.
    pub fn read(dir: &Path) -> Result<Self, ProjectError> {
        let path = dir.join(PROJECT_FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(ProjectError::Missing(path));
            }
            Err(error) => return Err(ProjectError::Read { path, error }),
        };
        Self::parse(dir, &path, &text)
    }

    fn parse(dir: &Path, path: &Path, text: &str) -> Result<Self, ProjectError> {
        let wrong = |at: Option<usize>, message: String| {
            let before = text.get(..at.unwrap_or(0)).unwrap_or("");
            ProjectError::Wrong {
                place: format!("{}:{}", path.display(), before.matches('\n').count() + 1),
                message,
            }
        };
        let file: ProjectFile = toml::from_str(text).map_err(|error| {
            let at = error.span().map(|span| span.start);
            wrong(at, error.message().to_owned())
        })?;
        let language = Language::parse(file.language.as_ref()).ok_or_else(|| {
            let message = format!(
                "there is no language {:?}; there are {}",
                file.language.as_ref(),
                languages()
            );
            wrong(Some(file.language.span().start), message)
        })?;
        check_name(file.name.as_ref())
            .map_err(|message| wrong(Some(file.name.span().start), message))?;
        if !["step", "reviewer"].contains(&file.world.as_ref().as_str()) {
            let message = format!(
                "there is no world {:?}; there are step and reviewer",
                file.world.as_ref()
            );
            return Err(wrong(Some(file.world.span().start), message));
        }
        Ok(Self {
            dir: dir.to_owned(),
            name: file.name.into_inner(),
            language,
            world: file.world.into_inner(),
        })
    }

    /// Where `plugin build` puts the component.
    pub fn component(&self) -> PathBuf {
        self.dir.join("build").join(format!("{}.wasm", self.name))
    }

    /// The contract's files, beside the source.
    pub fn wit(&self) -> PathBuf {
        self.dir.join("wit")
    }

    /// Whether there is no component, or one that is older than what it is made of.
    pub fn is_stale(&self) -> bool {
        let made = self.component().metadata().and_then(|data| data.modified());
        made.map_or(true, |made| {
            self.last_change().is_none_or(|changed| changed > made)
        })
    }

    /// When a file was last changed that the component is made of: all but what tools write, and the cases.
    pub fn last_change(&self) -> Option<SystemTime> {
        newest(&self.dir, true)
    }

    /// Where its cases are.
    pub fn tests(&self) -> PathBuf {
        self.dir.join("tests")
    }
}

/// Directories that tools write, and the cases: what is in them makes no other component.
const NOT_SOURCE: [&str; 6] = [
    "build",
    "target",
    "node_modules",
    "__pycache__",
    "tests",
    "dist",
];

fn newest(dir: &Path, top: bool) -> Option<SystemTime> {
    let entries = std::fs::read_dir(dir).ok()?;
    let times = entries.flatten().filter_map(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let data = entry.metadata().ok()?;
        let skipped = name.starts_with('.') || (top && NOT_SOURCE.contains(&name.as_ref()));
        match (skipped || name == "__pycache__", data.is_dir()) {
            (true, _) => None,
            (false, true) => newest(&entry.path(), false),
            (false, false) => data.modified().ok(),
        }
    });
    times.max()
}

/// All languages, for messages.
pub fn languages() -> String {
    let names: Vec<&str> = Language::ALL.iter().map(|one| one.as_str()).collect();
    names.join(", ")
}

/// # Errors
/// What a plugin's name may be.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let begins_well = name.starts_with(|c: char| c.is_ascii_lowercase());
    if begins_well && name.len() <= LONGEST_NAME && name.chars().all(plain) && !name.ends_with('-')
    {
        return Ok(());
    }
    Err(format!(
        "{name:?} can't be a plugin's name: it begins with a lower-case letter and has only lower-case letters, \
         digits and hyphens between them, at most {LONGEST_NAME}, such as refund-policy"
    ))
}

impl fmt::Display for Project {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Project, String> {
        let path = Path::new("p/plugin.toml");
        Project::parse(Path::new("p"), path, text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_project_says_its_name_and_language() {
        let project = parse("name = \"refunds\"\nlanguage = \"c\"\n").unwrap();
        assert_eq!(project.language, Language::C);
        assert_eq!(project.world, "step");
        assert_eq!(project.component(), Path::new("p/build/refunds.wasm"));
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        for (text, told) in [
            (
                "name = \"a\"\nlanguage = \"cobol\"\n",
                "p/plugin.toml:2: there is no language \"cobol\"; there are rust",
            ),
            (
                "name = \"A b\"\nlanguage = \"c\"\n",
                "p/plugin.toml:1: \"A b\" can't be a plugin's name",
            ),
            (
                "name = \"a\"\nlanguage = \"c\"\nworld = \"host\"\n",
                "p/plugin.toml:3: there is no world",
            ),
            (
                "name = \"a\"\nlanguage = \"c\"\n\nversion = 1\n",
                "p/plugin.toml:4: unknown field `version`",
            ),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
        let none = Project::read(Path::new("/nowhere"))
            .unwrap_err()
            .to_string();
        assert!(none.contains("plugin new NAME"), "{none}");
    }
}
