//! How times are written: in the desk's time zone, short, with the whole instant behind it.

use std::fmt;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::words::Lang;

/// A time as HTML. Its parts are digits and our own words, so that nothing in it needs escaping.
#[derive(Clone, Debug)]
pub(crate) struct Time {
    at: Timestamp,
    now: Timestamp,
    zone: TimeZone,
    lang: Lang,
}

impl Time {
    pub(super) fn new(at: Timestamp, now: Timestamp, zone: &TimeZone, lang: Lang) -> Self {
        Self {
            at,
            now,
            zone: zone.clone(),
            lang,
        }
    }
}

impl askama::filters::HtmlSafe for Time {}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.at.to_zoned(self.zone.clone());
        let today = self.now.to_zoned(self.zone.clone());
        let format = if local.date() == today.date() {
            "%H:%M"
        } else {
            match (self.lang, local.year() == today.year()) {
                (Lang::En, true) => "%-d %b %H:%M",
                (Lang::En, false) => "%-d %b %Y",
                (_, true) => "%-m月%-d日 %H:%M",
                (_, false) => "%Y年%-m月%-d日",
            }
        };
        let whole = local.strftime("%Y-%m-%dT%H:%M:%S%:z");
        let title = local.strftime("%Y-%m-%d %H:%M:%S %:z");
        let short = local.strftime(format);
        write!(
            f,
            "<time datetime=\"{whole}\" title=\"{title}\">{short}</time>"
        )
    }
}

/// How long, in the two largest units: `3 h 05 min`, `42 s`, `3 小时 5 分`.
pub(crate) fn span(length: SignedDuration, lang: Lang) -> String {
    let seconds = length.as_secs().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    let [hour, minute] = match lang {
        Lang::En => ["h", "min"],
        Lang::Hans => ["小时", "分"],
        Lang::Hant => ["小時", "分"],
    };
    match (seconds, lang) {
        (0..60, Lang::En) => format!("{seconds} s"),
        (0..60, _) => format!("{seconds} 秒"),
        (60..3_600, Lang::En) => format!("{minutes} min"),
        (60..3_600, Lang::Hans) => format!("{minutes} 分钟"),
        (60..3_600, Lang::Hant) => format!("{minutes} 分鐘"),
        (3_600..86_400, Lang::En) => format!("{hours} {hour} {:02} {minute}", minutes % 60),
        (3_600..86_400, _) => format!("{hours} {hour} {} {minute}", minutes % 60),
        (_, Lang::En) => format!("{days} d {} {hour}", hours % 24),
        (_, _) => format!("{days} 天 {} {hour}", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_short_for_people_and_whole_for_machines() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-03-10T02:00:00Z");
        let text = |time, lang| Time::new(at(time), now, &zone, lang).to_string();
        assert_eq!(
            text("2026-03-10T01:05:09Z", Lang::En),
            "<time datetime=\"2026-03-10T09:05:09+08:00\" title=\"2026-03-10 09:05:09 +08:00\">09:05</time>"
        );
        assert!(text("2026-03-09T15:59:00Z", Lang::Hans).contains(">3月9日 23:59<"));
        assert!(text("2025-12-31T15:00:00Z", Lang::En).contains(">31 Dec 2025<"));
    }

    #[test]
    fn how_long_is_said_in_two_units() {
        let of = |seconds| span(SignedDuration::from_secs(seconds), Lang::En);
        assert_eq!(of(-5), "0 s");
        assert_eq!(of(59), "59 s");
        assert_eq!(of(3_599), "59 min");
        assert_eq!(of(3_660), "1 h 01 min");
        assert_eq!(of(90_000), "1 d 1 h");
    }
}
