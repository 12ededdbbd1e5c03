use proptest::prelude::*;

use super::*;

fn problem(text: &str) -> String {
    parse(text)
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_day_is_read_line_by_line() {
    let lines = parse(
        "{\"at\":\"2026-03-10T09:00:00+08:00\",\"do\":\"message\",\"contact\":\"ana\",\"text\":\"hi\"}\n\n\
         {\"at\":\"2026-03-10T10:00:00+08:00\",\"do\":\"advance\"}\n",
    )
    .unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1].number, 3);
    assert_eq!(lines[1].at, "2026-03-10T02:00:00Z".parse().unwrap());
}

#[test]
fn every_problem_says_where_what_and_how_to_mend_it() {
    let text = "nonsense\n{\"do\":\"advance\"}\n{\"at\":\"2026-03-10 09:00\",\"do\":\"advance\"}\n\
                {\"at\":\"2026-03-10T09:00:00+08:00\",\"do\":\"mesage\"}\n\
                {\"at\":\"2026-03-10T09:00:00+08:00\",\"do\":\"message\",\"contact\":\"a\",\"text\":\"b\",\"txt\":1}\n\
                {\"at\":\"2026-03-10T09:00:00+08:00\",\"do\":\"advance\"}\n\
                {\"at\":\"2026-03-10T08:00:00+08:00\",\"do\":\"advance\"}\n\
                {\"at\":\"2026-03-10T09:00:00+08:00\",\"do\":\"ticket\",\"contact\":\"a\",\"kind\":\"complaint\",\"status\":\"opened\"}";
    insta::assert_snapshot!(problem(text));
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,200}") {
        let _ = parse(&text);
    }
}
