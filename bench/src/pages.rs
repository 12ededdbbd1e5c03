//! Pages of the console where a hundred thousand conversations are stored, beside the same page of an empty desk and a
//! file from memory.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde_json::json;

use crate::child::Server;
use crate::stored;
use crate::table::{Table as Figures, median, round};

/// Conversations stored.
const STORED: usize = 100_000;
/// How often each page is asked for.
const ROUNDS: usize = 30;
/// How long the host may count what it finds.
const COUNTING: Duration = Duration::from_secs(120);

/// The pages.
const PAGES: [&str; 21] = [
    "/console/inbox?tab=mine",
    "/console/inbox?tab=team",
    "/console/inbox?tab=queue",
    "/console/inbox?tab=longest",
    "/console/inbox?tab=overnight",
    "/console/inbox?tab=recent",
    "/console/inbox?q=moonshine",
    "/console/conversations/{conversation}",
    "/console/tickets",
    "/console/tickets?view=list",
    "/console/workflow",
    "/console/workflow/triage",
    "/console/runs",
    "/console/runs?failed=yes",
    "/console/plugins",
    "/console/knowledge",
    "/console/knowledge/{article}",
    "/console/reports",
    "/console/people",
    "/console/audit",
    "/console/audit?who=zhang",
];
/// A file from memory.
const FILE: &str = "{file}";

/// Measures and prints.
pub(crate) fn measure(folder: &Path) -> anyhow::Result<()> {
    let began = Instant::now();
    let (full, empty) = (folder.join("pages"), folder.join("pages-empty"));
    let session = stored::fill(&full, STORED)?.session;
    let filled = began.elapsed();
    let of_empty = stored::fill(&empty, 0)?.session;
    let server = Server::switchboard(&full)?;
    let beside = Server::switchboard(&empty)?;
    let (looks, looks_beside) = (
        Looks::of(server.address, &session)?,
        Looks::of(beside.address, &of_empty)?,
    );
    let counting = Instant::now();
    while looks.get("/console/reports")?.contains("id=\"counting\"") {
        anyhow::ensure!(
            counting.elapsed() < COUNTING,
            "the host counts for too long"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    let counted = counting.elapsed();
    let mut figures = Vec::new();
    for page in PAGES {
        let mut took: [Vec<f64>; 3] = Default::default();
        for _ in 0..ROUNDS {
            for ((looks, path), took) in [(&looks, page), (&looks_beside, page), (&looks, FILE)]
                .into_iter()
                .zip(&mut took)
            {
                took.push(looks.time(path)?);
            }
        }
        let slowest = took
            .first()
            .and_then(|took| took.iter().copied().reduce(f64::max));
        let [full, empty, file] = took.map(|took| round(median(took)));
        figures.push((page, full, round(slowest.unwrap_or_default()), empty, file));
    }
    let mut table = Figures::new(
        "Pages of the console with 100,000 conversations stored, in milliseconds",
        &["page", "usual", "slowest", "empty desk", "file from memory"],
    );
    for (page, full, slowest, empty, file) in &figures {
        let figures = [full, slowest, empty, file].map(|figure| format!("{figure:.2}"));
        table.row(std::iter::once((*page).to_owned()).chain(figures));
    }
    let json = figures.iter().map(|(page, full, slowest, empty, file)| {
        json!({ "page": page, "ms": full, "slowest_ms": slowest, "empty_ms": empty, "file_ms": file })
    });
    table.print("pages", &json!(json.collect::<Vec<_>>()));
    let (_, most) = server.memory()?;
    println!(
        "stored within {:.0} s; the host had counted it within {:.1} s; its memory was {most:.0} MiB at most",
        filled.as_secs_f64(),
        counted.as_secs_f64()
    );
    Ok(())
}

/// Somebody who looks at pages.
struct Looks {
    address: SocketAddr,
    session: String,
    conversation: String,
    article: String,
    file: String,
}

impl Looks {
    fn of(address: SocketAddr, session: &str) -> anyhow::Result<Self> {
        let mut looks = Self {
            address,
            session: session.to_owned(),
            conversation: String::new(),
            article: String::new(),
            file: String::new(),
        };
        let first = |page: &str, before: &str| -> anyhow::Result<String> {
            let found = page
                .split(before)
                .nth(1)
                .and_then(|rest| rest.split('"').next());
            found
                .map(str::to_owned)
                .with_context(|| format!("no {before} on a page"))
        };
        let inbox = looks.get("/console/inbox?tab=recent")?;
        looks.conversation = first(&inbox, "href=\"/console/conversations/")?;
        // Its address changes with its content.
        looks.file = first(&inbox, "<link rel=\"stylesheet\" href=\"")?;
        let knowledge = looks.get("/console/knowledge")?;
        looks.article = first(
            &knowledge,
            "<ul class=\"articles\"><li><a href=\"/console/knowledge/",
        )?;
        Ok(looks)
    }

    /// Milliseconds until a page was there.
    fn time(&self, path: &str) -> anyhow::Result<f64> {
        let began = Instant::now();
        self.get(path)?;
        Ok(began.elapsed().as_secs_f64() * 1e3)
    }

    fn get(&self, path: &str) -> anyhow::Result<String> {
        let path = path
            .replace("{conversation}", &self.conversation)
            .replace("{article}", &self.article)
            .replace("{file}", &self.file);
        let mut stream = TcpStream::connect(self.address)?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: switchboard={}\r\nAccept: text/html\r\nConnection: close\r\n\r\n",
            self.address, self.session
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        anyhow::ensure!(
            answer.starts_with("HTTP/1.1 200"),
            "{path}: {}",
            answer.lines().next().unwrap_or_default()
        );
        Ok(answer)
    }
}
