//! Knowledge: articles, the search as plugins have it, what nobody could answer, and who was told an article.

use std::collections::BTreeSet;

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
use crate::model::{Change, Occurrence, Run};

/// How many hits a search shows.
const HITS: usize = 10;
/// How many of the newest runs are looked at.
const LOOKED_AT: usize = 5_000;
const LOOKED_AT_ONCE: usize = 200;
/// How many different questions are grouped.
const QUESTIONS: usize = 300;
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
}

/// Goes through the newest runs that somebody may see, until enough were looked at.
fn newest(core: &Core, acting: &Acting, mut each: impl FnMut(&Run)) -> Result<(), EngineError> {
    let (mut before, mut looked_at) = (None, 0);
    while looked_at < LOOKED_AT {
        let marks = core.newest_runs(before.as_ref(), LOOKED_AT_ONCE)?;
        let whole = marks.len() == LOOKED_AT_ONCE;
        for (mark, id) in marks {
            looked_at += 1;
            before = Some(mark);
            match core.run(&id) {
                Ok(run) if acting.sees_run(&run) => each(&run),
                // Hidden, or erased meanwhile.
                Ok(_) | Err(EngineError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        if !whole {
            break;
        }
    }
    Ok(())
}

/// A question for which a step searched the articles, and to which nothing from an article was said.
fn unanswered(run: &Run) -> Option<&str> {
    let Occurrence::MessageReceived { message } = &run.event.what else {
        return None;
    };
    let calls = run.invocations.iter().flat_map(|call| &call.host_calls);
    let searched = calls
        .into_iter()
        .any(|call| call.call == "knowledge.search");
    let answered = run.entries.iter().any(
        |entry| matches!(&entry.change, Change::Replied { message } if !message.sources.is_empty()),
    );
    (searched && !answered).then_some(message.text.as_str())
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
    let place = console.api.reporting().await?;
    let found = console.api.read(move |core| {
        let _place = place;
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
        newest(core, &acting, |run| {
            if let Some(question) = unanswered(run) {
                let folded = workflow.knowledge.fold(question);
                gather(
                    &mut groups,
                    question,
                    &folded,
                    run.event.at,
                    run.id.as_str(),
                );
            }
        })?;
        groups.sort_by_key(|group: &Group| std::cmp::Reverse((group.count, group.at)));
        groups.truncate(SHOWN);
        Ok((rows, hits, groups))
    });
    let (rows, hits, groups) = found.await?;
    Ok(page(&Shown {
        f: &frame,
        rows,
        query,
        hits,
        groups,
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
}

/// An article, and who was told it.
pub(super) async fn one(
    State(console): State<Console>,
    frame: Frame,
    who: Who,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let workflow = console.api.engine.core().workflow();
    let article = workflow.base.articles.iter().find(|known| known.id == id);
    let article = article
        .cloned()
        .ok_or_else(|| Problem::not_found(format!("there is no article {id:?}")))?;
    let is_retracted = !workflow.desk.articles.iter().any(|known| known.id == id);
    let acting = who.acting();
    let place = console.api.reporting().await?;
    let told = console.api.read(move |core| {
        let _place = place;
        let mut told = Vec::new();
        newest(core, &acting, |run| {
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
        })?;
        Ok(told)
    });
    let told = told.await?;
    Ok(page(&One {
        f: &frame,
        row: Row {
            is_retracted,
            is_valid: article.is_valid(frame.now),
            article,
        },
        told,
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
