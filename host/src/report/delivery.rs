//! The service record form on its way to whoever is to have it (R87): once for each period.
//!
//! A period is delivered at the desk's first opening after its end. What was delivered is a row, and the row and what
//! goes to the outbox are one batch: so a crash leaves a period either undelivered, and it is delivered after the next
//! start, or delivered, and it isn't again. Which period is next follows from the last such row, or from the desk's
//! first conversation; periods that passed while no host ran are delivered one after the other.

use base64::Engine as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Kind, Period, Sheet};
use crate::engine::{Attachment, Chore, Core, EngineError, HostNote, TimelineLine};
use crate::workflow::directory::Via;
use crate::workflow::record_form::{FormFormat, RecordForm};

/// A larger file isn't sent along; the message says how to get it.
const LARGEST_FILE: usize = 4 << 20;

/// Under which name it is noted.
const NAME: &str = "record-form";

/// That a period was delivered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivered {
    /// The period's beginning.
    pub from: Timestamp,
    /// Its end, not included.
    pub to: Timestamp,
    /// When.
    pub at: Timestamp,
    /// Who was told.
    pub recipients: Vec<String>,
    /// How many of them by a request to their own address, the others in the console.
    pub by_webhook: usize,
    /// How many conversations the form has.
    pub rows: usize,
    /// What they were told.
    pub text: String,
}

/// Delivers the form of whatever desk it works for, if the desk wants that.
#[derive(Clone, Copy, Debug, Default)]
pub struct FormDelivery;

impl Chore for FormDelivery {
    fn due(&self, core: &Core) -> Result<Option<Timestamp>, EngineError> {
        let desk = core.desk();
        let Some(form) = &desk.record_form else {
            return Ok(None);
        };
        let Some(period) = next_period(core, form)? else {
            return Ok(None);
        };
        Ok(Some(
            desk.calendar.next_open(period.to).unwrap_or(period.to),
        ))
    }

    fn carry_out(&self, core: &Core) -> Result<(), EngineError> {
        let desk = core.desk();
        let Some(form) = &desk.record_form else {
            return Ok(());
        };
        match next_period(core, form)? {
            Some(period) => deliver(core, form, period),
            None => Ok(()),
        }
    }

    fn told(&self, core: &Core) -> Result<Vec<TimelineLine>, EngineError> {
        let Some(delivered) = last(core)? else {
            return Ok(Vec::new());
        };
        let desk = core.desk();
        let line = |to: &String| {
            TimelineLine::of_host(
                delivered.at,
                &desk.time_zone,
                "notify",
                json!({"to": to, "text": delivered.text, "rows": delivered.rows}),
            )
        };
        Ok(delivered.recipients.iter().map(line).collect())
    }
}

/// The first period that wasn't delivered yet; none before the desk's first conversation.
fn next_period(core: &Core, form: &RecordForm) -> Result<Option<Period>, EngineError> {
    let zone = core.desk().time_zone.clone();
    if let Some(last) = last(core)? {
        // After a change of the setting a period may have begun before the last one ended: its rest is what is left.
        let around = form.every.around(last.to, &zone);
        return Ok(around.map(|(_, to)| Period { from: last.to, to }));
    }
    let first = core.first_conversation_at()?;
    let around = first.and_then(|first| form.every.around(first, &zone));
    Ok(around.map(|(from, to)| Period { from, to }))
}

fn last(core: &Core) -> Result<Option<Delivered>, EngineError> {
    Ok(delivered(core, 1)?.pop())
}

/// What was delivered, newest first, at most `limit`.
///
/// # Errors
/// Where the store can't be read.
pub fn delivered(core: &Core, limit: usize) -> Result<Vec<Delivered>, EngineError> {
    core.host_notes(NAME, limit)
}

fn deliver(core: &Core, form: &RecordForm, period: Period) -> Result<(), EngineError> {
    let desk = core.desk();
    let sheet = Kind::Records.of(core, period)?;
    let recipients = form.recipients(&desk.directory);
    let urls: Vec<(&str, &str)> = recipients
        .iter()
        .flat_map(|recipient| {
            let urls = recipient.via.iter().filter_map(|via| match via {
                Via::Webhook(url) => Some(url.as_str()),
                _ => None,
            });
            urls.map(|url| (recipient.name, url))
        })
        .collect();
    let file = file(&sheet, form.format, period, &desk.time_zone)?;
    let text = text(&sheet, file.is_some(), desk.languages.first());
    let at = core.clock().now();
    let delivered = Delivered {
        from: period.from,
        to: period.to,
        at,
        recipients: recipients.iter().map(|to| to.name.to_owned()).collect(),
        by_webhook: urls.len(),
        rows: sheet.rows.len(),
        text: text.clone(),
    };
    core.note_of_host(&HostNote {
        name: NAME,
        moment: period.to,
        note: &delivered,
        to: &urls,
        text: &text,
        attachment: file,
        at,
    })
}

fn file(
    sheet: &Sheet,
    format: FormFormat,
    period: Period,
    zone: &jiff::tz::TimeZone,
) -> Result<Option<Attachment>, EngineError> {
    let (bytes, kind) = match format {
        FormFormat::Csv => (sheet.to_csv(), "text/csv; charset=utf-8"),
        FormFormat::Xlsx => (
            sheet.to_xlsx(),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    };
    let bytes = bytes.map_err(|error| EngineError::Invalid(error.to_string()))?;
    if bytes.len() > LARGEST_FILE {
        return Ok(None);
    }
    let day = period.from.to_zoned(zone.clone()).date();
    Ok(Some(Attachment {
        name: format!("records-{day}.{format}"),
        kind: kind.to_owned(),
        base64: base64::engine::general_purpose::STANDARD.encode(bytes),
    }))
}

fn text(sheet: &Sheet, attached: bool, language: Option<&String>) -> String {
    let (title, rows) = (&sheet.title, sheet.rows.len());
    let chinese = language.is_none_or(|language| language.starts_with("zh"));
    match (chinese, attached) {
        (true, true) => format!("《{title}》，共{rows}条会话，附后。"),
        (true, false) => {
            format!("《{title}》，共{rows}条会话。文件太大，请用 switchboard report records 导出。")
        }
        (false, true) => format!("{title}: {rows} conversations, attached."),
        (false, false) => format!(
            "{title}: {rows} conversations. The file is too large to send; get it with switchboard report records."
        ),
    }
}
