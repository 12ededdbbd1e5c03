//! Guides word for word: the commands of a page, run in an empty directory, and what they print held to what the page
//! shows. A guide that no longer leads where it says fails.
//!
//! - Every fenced block of `sh` is run, in order, in one shell that ends at the first command that fails.
//! - A fenced block of `text` right after it is what it prints. `…` stands for anything on a line, a line of it for any
//!   lines.
//! - `<!-- tools -->` before a block: it installs a language's tools, and is left out unless they are asked for.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

/// What may stand for anything.
const ANYTHING: &str = "…";
/// The comment before blocks that install tools.
const TOOLS: &str = "<!-- tools -->";
/// No guide takes longer.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// How many of a failed block's last lines are told.
const TOLD: usize = 30;

/// What to run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pages: Vec<PathBuf>,
    program: PathBuf,
    with_tools: bool,
}

impl Options {
    /// # Errors
    /// What is wrong with the words.
    pub(crate) fn parse(words: &[String]) -> Result<Self, String> {
        let (mut pages, mut program, mut with_tools) = (Vec::new(), None, false);
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--tools" => with_tools = true,
                "--program" => {
                    program = Some(words.next().ok_or("--program needs the program's path")?);
                }
                page if !page.starts_with('-') => pages.push(PathBuf::from(page)),
                other => return Err(format!("`guide` takes no {other}")),
            }
        }
        if pages.is_empty() {
            return Err("which page? for instance docs/plugins/c.md".to_owned());
        }
        let program =
            program.ok_or("--program is missing: the built switchboard that the guide calls")?;
        Ok(Self {
            pages,
            program: PathBuf::from(program),
            with_tools,
        })
    }
}

/// Commands of a page, and what they print.
#[derive(Debug, PartialEq, Eq)]
struct Block {
    /// The line of its first command.
    line: usize,
    commands: String,
    is_tools: bool,
    shows: Option<String>,
}

/// The blocks of a page, in order.
fn blocks(page: &str) -> Vec<Block> {
    let (mut blocks, mut is_tools, mut follows) = (Vec::<Block>::new(), false, false);
    let mut lines = (1..).zip(page.lines());
    while let Some((number, line)) = lines.next() {
        let Some(kind) = line.strip_prefix("```") else {
            if !line.trim().is_empty() {
                is_tools = line.trim() == TOOLS;
                follows = false;
            }
            continue;
        };
        let mut content = String::new();
        for (_, line) in lines.by_ref().take_while(|(_, line)| *line != "```") {
            content.push_str(line);
            content.push('\n');
        }
        match (kind, blocks.last_mut()) {
            ("sh", _) => blocks.push(Block {
                line: number + 1,
                commands: content,
                is_tools,
                shows: None,
            }),
            ("text", Some(block)) if follows => block.shows = Some(content),
            _ => {}
        }
        follows = kind == "sh";
        is_tools = false;
    }
    blocks
}

/// Runs the pages, one after the other.
///
/// # Errors
/// Where a page or the program isn't there, or a shell can't be started.
pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let program = std::path::absolute(&options.program)?;
    let folder = program.parent().context("the program lies nowhere")?;
    if !program.is_file() {
        bail!(
            "{} is not there; build it with: cargo build",
            program.display()
        );
    }
    for page in &options.pages {
        let text = std::fs::read_to_string(page).with_context(|| page.display().to_string())?;
        let mut blocks = blocks(&text);
        blocks.retain(|block| options.with_tools || !block.is_tools);
        if blocks.is_empty() {
            bail!("{} has no commands", page.display());
        }
        let began = Instant::now();
        if let Err(why) = follow(&blocks, folder)? {
            eprintln!("{}:{why}", page.display());
            return Ok(ExitCode::FAILURE);
        }
        println!(
            "{}: {} blocks of commands did what the page says, in {} s",
            page.display(),
            blocks.len(),
            began.elapsed().as_secs()
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs blocks in an empty directory. Where one goes another way than the page says: its line, and how.
fn follow(blocks: &[Block], path: &Path) -> anyhow::Result<Result<(), String>> {
    let place = tempfile::tempdir()?;
    let (work, told) = (place.path().join("work"), place.path().join("told"));
    std::fs::create_dir(&work)?;
    std::fs::create_dir(&told)?;
    let script = place.path().join("guide.sh");
    std::fs::write(&script, script_of(blocks, &told))?;
    let mut search = path.as_os_str().to_owned();
    search.push(":");
    search.push(std::env::var_os("PATH").unwrap_or_default());
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut shell = Command::new("bash")
        .arg(&script)
        .current_dir(&work)
        .env("PATH", search)
        // Whatever else runs on this machine keeps its port.
        .env("SWITCHBOARD_LISTEN", format!("127.0.0.1:{port}"))
        .env("SWITCHBOARD_URL", format!("http://127.0.0.1:{port}"))
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .context("bash")?;
    let ended = wait(&mut shell);
    // What the guide left running, its host above all, ends with it.
    let group = format!("-{}", shell.id());
    let _ = Command::new("kill")
        .args(["-KILL", "--", &group])
        .stderr(Stdio::null())
        .status();
    let ended = ended?;
    for (number, block) in blocks.iter().enumerate() {
        let read = |what: &str| {
            let path = told.join(format!("{number}.{what}"));
            std::fs::read_to_string(path).unwrap_or_default()
        };
        let Block { line, .. } = block;
        if read("done").is_empty() {
            let how = match ended {
                Some(status) => status.to_string(),
                None => format!("not done within {} min", LONGEST.as_secs() / 60),
            };
            let said = last_lines(&(read("out") + &read("err")));
            return Ok(Err(format!(
                "{line}: a command has failed ({how}):\n{said}"
            )));
        }
        let shows = block.shows.as_deref().unwrap_or(ANYTHING);
        if let Err(why) = matches(shows, &read("out")) {
            let said = last_lines(&(read("out") + &read("err")));
            return Ok(Err(format!("{line}: {why}; it printed:\n{said}")));
        }
    }
    Ok(Ok(()))
}

/// None where it took too long.
fn wait(shell: &mut Child) -> anyhow::Result<Option<ExitStatus>> {
    let began = Instant::now();
    while began.elapsed() < LONGEST {
        if let Some(status) = shell.try_wait()? {
            return Ok(Some(status));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(None)
}

/// One shell for all blocks: what one sets, the next has.
fn script_of(blocks: &[Block], told: &Path) -> String {
    let mut script = "set -euo pipefail\n".to_owned();
    for (number, block) in blocks.iter().enumerate() {
        let to = told.join(number.to_string());
        let to = to.display();
        let _ = writeln!(script, "{{\n{}}} >{to}.out 2>{to}.err", block.commands);
        let _ = writeln!(script, "echo done >{to}.done");
    }
    script
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.len().saturating_sub(TOLD);
    let last = lines.get(first..).unwrap_or_default();
    last.iter().map(|line| format!("    {line}\n")).collect()
}

/// # Errors
/// The first line of the page that nothing came for.
fn matches(shows: &str, came: &str) -> Result<(), String> {
    let came: Vec<&str> = came.lines().map(str::trim_end).collect();
    let (mut at, mut loose) = (0, false);
    for shown in shows.lines().map(str::trim_end) {
        if shown == ANYTHING {
            loose = true;
            continue;
        }
        let rest = came.get(at..).unwrap_or_default();
        let reach = if loose { rest.len() } else { 1 };
        let found = rest.iter().take(reach).position(|line| fits(shown, line));
        let Some(found) = found else {
            return Err(format!("the page shows {shown:?}, which didn't come there"));
        };
        at += found + 1;
        loose = false;
    }
    match came.get(at) {
        Some(more) if !loose => Err(format!("the page doesn't show {more:?}")),
        _ => Ok(()),
    }
}

fn fits(shown: &str, line: &str) -> bool {
    let mut parts = shown.split(ANYTHING);
    let Some(rest) = parts.next().and_then(|first| line.strip_prefix(first)) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else {
        return rest.is_empty();
    };
    let mut rest = rest;
    for part in between {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# A page\n\n<!-- tools -->\n```sh\nfalse\n```\n\n```sh\nword=好\ncat > a <<'END'\nx\nEND\n```\n\nIt says:\n\n```text\nnot after commands\n```\n\n```sh\necho \"$word\"; cat a\necho 1.2 s\n```\n\n```text\n好\n…\n… s\n```\n";

    #[test]
    fn commands_are_taken_with_what_they_print() {
        let blocks = blocks(PAGE);
        assert_eq!(blocks.len(), 3);
        assert!(blocks[0].is_tools && !blocks[1].is_tools);
        assert_eq!((blocks[1].line, blocks[1].shows.as_deref()), (9, None));
        assert_eq!(blocks[2].shows.as_deref(), Some("好\n…\n… s\n"));
    }

    #[test]
    fn what_comes_is_held_to_what_the_page_shows() {
        for (shows, came) in [
            ("a\nb\n", "a\nb\n"),
            ("a\n…\n", "a\n"),
            ("…\nb\n…\n", "a\nb\nc\n"),
            ("in … s, … done\n", "in 1.2 s, all done\n"),
            ("…", "anything\nat all\n"),
        ] {
            assert_eq!(matches(shows, came), Ok(()), "{shows} {came}");
        }
        for (shows, came) in [
            ("a\n", "b\n"),
            ("a\n", "x\na\n"),
            ("a\n", "a\nb\n"),
            ("a\nb\n", "a\n"),
            ("in … s\n", "in 1 ms\n"),
            ("…\nb\n", "b\nc\n"),
        ] {
            assert!(matches(shows, came).is_err(), "{shows} {came}");
        }
    }

    #[test]
    fn a_page_is_followed_to_its_end_or_to_the_line_that_leads_elsewhere() {
        let mut blocks = blocks(PAGE);
        let nowhere = Path::new("/nowhere");
        let told = follow(&blocks, nowhere).unwrap().unwrap_err();
        assert!(told.starts_with("5: a command has failed"), "{told}");
        blocks.remove(0);
        assert_eq!(follow(&blocks, nowhere).unwrap(), Ok(()));
        blocks[1].shows = Some("坏\n…\n".to_owned());
        let told = follow(&blocks, nowhere).unwrap().unwrap_err();
        assert!(told.starts_with("22: the page shows \"坏\""), "{told}");
    }

    #[test]
    fn every_language_has_a_guide_that_ends_in_a_live_plugin() {
        let guides = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/plugins");
        for language in [
            "rust",
            "javascript",
            "python",
            "c",
            "go",
            "cpp",
            "zig",
            "assemblyscript",
        ] {
            let page = std::fs::read_to_string(guides.join(format!("{language}.md"))).unwrap();
            let commands = blocks(&page).into_iter().map(|block| block.commands);
            let all = format!("\n{}", commands.collect::<String>());
            for needed in [
                "plugin new",
                "plugin build",
                "plugin test",
                "serve",
                "plugin push",
                "plugin activate",
                "send",
            ] {
                assert!(
                    all.contains(&format!("\nswitchboard {needed} ")),
                    "{language}: {needed}"
                );
            }
        }
    }
}
