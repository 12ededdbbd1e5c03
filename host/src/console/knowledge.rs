//! Knowledge: articles, the search as plugins have it, what nobody could answer, and who was told an article.

use std::collections::{BTreeSet, HashMap};

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::Timestamp;

use super::Console;
use super::form::{Asked, Form};
use super::frame::{Frame, page, redirect};
use super::gate::{Logged, Who};
use crate::api::Problem;
use crate::api::acting::Acting;
use crate::engine::{Core, EngineError};
use crate::knowledge::{Article, Hit};
use crate::model::{Change, ConversationId};

/// How many hits a search shows.
const HITS: usize = 10;
/// How many different questions are grouped.
const QUESTIONS: usize = 300;
/// How many of those who were told an article a page shows.
const TOLD: usize = 50;
/// Two questions that share so much of their pairs of characters are one.
const ALIKE: f64 = 0.45;
/// How many are shown.
const SHOWN: usize = 30;

/// An article in the list.
struct Row {
    article: Article,
    is_retracted: bool,
    is_valid: bool,
}

/// Questions that are alike, and that nobody could answer.
struct Group {
    question: String,
    others: Vec<String>,
    count: usize,
    at: Timestamp,
    run: String,
    pairs: BTreeSet<(char, char)>,
}

#[derive(Template)]
#[template(path = "console/knowledge.html")]
struct Shown<'a> {
    f: &'a Frame,
    rows: Vec<Row>,
    query: String,
    hits: Vec<Hit>,
    groups: Vec<Group>,
    is_whole: bool,
}

/// Who may see which conversation, each looked up once.
struct Seen<'s> {
    core: &'s Core,
    acting: &'s Acting,
    known: HashMap<ConversationId, bool>,
}

impl Seen<'_> {
    fn sees(&mut self, id: &ConversationId) -> Result<bool, EngineError> {
        if let Some(known) = self.known.get(id) {
            return Ok(*known);
        }
        let sees = self.acting.sees_id(self.core, id)?;
        self.known.insert(id.clone(), sees);
        Ok(sees)
    }
}

fn pairs(folded: &str) -> BTreeSet<(char, char)> {
    let letters: Vec<char> = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    let next = letters.iter().skip(1);
    letters.iter().zip(next).map(|(a, b)| (*a, *b)).collect()
}

fn are_alike(a: &BTreeSet<(char, char)>, b: &BTreeSet<(char, char)>) -> bool {
    let both = a.intersection(b).count();
    let all = a.len() + b.len() - both;
    all > 0 && both as f64 >= ALIKE * all as f64
}

/// Puts a question to those that are like it.
fn gather(groups: &mut Vec<Group>, question: &str, folded: &str, at: Timestamp, run: &str) {
    let pairs = pairs(folded);
    if pairs.is_empty() {
        return;
    }
    if let Some(group) = groups
        .iter_mut()
        .find(|group| are_alike(&group.pairs, &pairs))
    {
        group.count += 1;
        let is_known =
            group.question == question || group.others.iter().any(|other| other == question);
        if !is_known && group.others.len() < 4 {
            group.others.push(question.to_owned());
        }
    } else if groups.len() < QUESTIONS {
        groups.push(Group {
            question: question.to_owned(),
            others: Vec::new(),
            count: 1,
            at,
            run: run.to_owned(),
            pairs,
        });
    }
}

/// The page.
pub(super) async fn show(
    State(console): State<Console>,
    frame: Frame,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Problem> {
    let (query, now, acting) = (asked.text("q"), frame.now, who.acting());
    let wanted = query.clone();
    let found = console.counted(None, move |core, reading| {
        let questions: Vec<_> = reading.books.lists.questions().cloned().collect();
        let is_whole = reading.is_whole;
        drop(reading);
        let workflow = core.workflow();
        let hits = match wanted.is_empty() {
            true => Vec::new(),
            false => workflow.knowledge.search(&wanted, None, now, HITS),
        };
        let live: BTreeSet<&str> = workflow
            .desk
            .articles
            .iter()
            .map(|known| known.id.as_str())
            .collect();
        let rows = workflow.base.articles.iter().map(|article| Row {
            is_retracted: !live.contains(article.id.as_str()),
            is_valid: article.is_valid(now),
            article: article.clone(),
        });
        let rows: Vec<Row> = rows.collect();
        let mut groups = Vec::new();
        let mut seen = Seen {
            core,
            acting: &acting,
            known: HashMap::new(),
        };
        for question in questions {
            if seen.sees(&question.conversation)? {
                let folded = workflow.knowledge.fold(&question.text);
                let run = question.run.as_str();
                gather(&mut groups, &question.text, &folded, question.at, run);
            }
        }
        groups.sort_by_key(|group: &Group| std::cmp::Reverse((group.count, group.at)));
        groups.truncate(SHOWN);
        Ok((rows, hits, groups, is_whole))
    });
    let (rows, hits, groups, is_whole) = found.await?;
    Ok(page(&Shown {
        f: &frame,
        rows,
        query,
        hits,
        groups,
        is_whole,
    }))
}

/// Somebody who was told an article.
struct Told {
    contact: String,
    channel: String,
    conversation: String,
    at: Timestamp,
    text: String,
}

#[derive(Template)]
#[template(path = "console/article.html")]
struct One<'a> {
    f: &'a Frame,
    row: Row,
    told: Vec<Told>,
    /// How many there are all in all.
    all: usize,
    next: Option<usize>,
    is_whole: bool,
}

/// An article, and who was told it.
pub(super) async fn one(
    State(console): State<Console>,
    frame: Frame,
    who: Who,
    Path(id): Path<String>,
    Asked(asked): Asked,
) -> Result<Response, Problem> {
    let skipped: usize = asked.text("after").parse().unwrap_or(0);
    let workflow = console.api.engine.core().workflow();
    let article = workflow.base.articles.iter().find(|known| known.id == id);
    let article = article
        .cloned()
        .ok_or_else(|| Problem::not_found(format!("there is no article {id:?}")))?;
    let is_retracted = !workflow.desk.articles.iter().any(|known| known.id == id);
    let acting = who.acting();
    let told = console.counted(None, move |core, reading| {
        let runs = reading.books.lists.told(&id);
        let is_whole = reading.is_whole;
        drop(reading);
        let mut told = Vec::new();
        for run in runs.iter().skip(skipped).take(TOLD) {
            let run = match core.run(run) {
                Ok(run) if acting.sees_run(&run) => run,
                // Hidden, or erased meanwhile.
                Ok(_) | Err(EngineError::NotFound { .. }) => continue,
                Err(error) => return Err(error),
            };
            for entry in &run.entries {
                let Change::Replied { message } = &entry.change else {
                    continue;
                };
                if message.sources.contains(&id) {
                    told.push(Told {
                        contact: run.before.contact.clone(),
                        channel: run.before.channel.clone(),
                        conversation: run.before.id.to_string(),
                        at: message.at,
                        text: message.text.clone(),
                    });
                }
            }
        }
        Ok((told, runs.len(), is_whole))
    });
    let (told, all, is_whole) = told.await?;
    Ok(page(&One {
        f: &frame,
        row: Row {
            is_retracted,
            is_valid: article.is_valid(frame.now),
            article,
        },
        told,
        all,
        next: Some(skipped + TOLD).filter(|next| *next < all),
        is_whole,
    }))
}

/// Tells an article to nobody any more, or again.
pub(super) async fn retract(
    State(console): State<Console>,
    who: Who,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let again = form.text("again") == "yes";
    let (by, of) = (who.name().to_owned(), id.clone());
    let made = console
        .api
        .manage(move |core| core.retract(&by, &of, again));
    made.await?;
    let path = format!(
        "/console/knowledge/{}?done=done-saved",
        super::form::encoded(&id)
    );
    let mut response = redirect(&path);
    let what = if again { "told again" } else { "retracted" };
    response.extensions_mut().insert(Logged(what.to_owned()));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_that_are_alike_are_one_and_the_rest_stay_apart() {
        let mut groups = Vec::new();
        for question in [
            "do you sell gift cards?",
            "Do you sell gift cards",
            "can i pay with bitcoin?",
            "do you sell a gift card?",
            "？",
        ] {
            let folded = question.to_lowercase();
            gather(&mut groups, question, &folded, Timestamp::UNIX_EPOCH, "run");
        }
        let counts: Vec<_> = groups
            .iter()
            .map(|group| (group.question.as_str(), group.count))
            .collect();
        assert_eq!(
            counts,
            [
                ("do you sell gift cards?", 3),
                ("can i pay with bitcoin?", 1)
            ]
        );
        assert_eq!(groups[0].others.len(), 2);
    }
}
