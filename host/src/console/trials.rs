//! What a version has to show before it is live for everybody: the desk's exam, a time in shadow, a share of the accounts.

use axum::extract::{Path, State};
use axum::response::Response;

use super::Console;
use super::form::Form;
use super::frame::Frame;
use super::plugins::{Examined, Outcome, done, render};
use crate::api::Problem;
use crate::engine::{TrialKind, WHOLE};

/// Lets a version sit the desk's exam; keeps nothing.
pub(super) async fn examine(
    State(console): State<Console>,
    frame: Frame,
    Path(name): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let version = form.needed("version")?;
    let place = console.api.rehearsing().await?;
    let (of, wanted) = (name.clone(), version.clone());
    let reports = console.api.manage(move |core| {
        let _place = place;
        core.examine(&of, &wanted)
    });
    let examined = Examined {
        name,
        version,
        reports: reports.await?,
    };
    let outcome = Outcome {
        examined: Some(examined),
        ..Outcome::default()
    };
    render(&console, &frame, outcome).await
}

/// Lets a version run beside the live one: in shadow, or for a share of the accounts.
pub(super) async fn begin(
    State(console): State<Console>,
    Path(name): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let version = form.needed("version")?;
    let kind = match form.some("percent") {
        None => TrialKind::Shadow,
        Some(percent) => canary(&percent)?,
    };
    let place = console.api.rehearsing().await?;
    let begun = console.api.manage(move |core| {
        let _place = place;
        core.begin_trial(&name, &version, kind, false)
    });
    let begun = begun.await?;
    let how = match begun.kind {
        TrialKind::Shadow => "shadow".to_owned(),
        TrialKind::Canary { per_mille } => format!("canary {} %", f64::from(per_mille) / 10.0),
    };
    Ok(done(format!("{} {}: {how}", begun.plugin, begun.version)))
}

fn canary(percent: &str) -> Result<TrialKind, Problem> {
    let refused = || Problem::bad_request(format!("percent: {percent:?}; give 0.1 to 99.9"));
    let share: f64 = percent.parse().map_err(|_| refused())?;
    let of_thousand = share / 100.0 * f64::from(WHOLE);
    let per_mille = (1..WHOLE).find(|number| (f64::from(*number) - of_thousand).abs() <= 0.5);
    let per_mille = per_mille.ok_or_else(refused)?;
    Ok(TrialKind::Canary { per_mille })
}

/// The live version answers everybody again.
pub(super) async fn end(
    State(console): State<Console>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let ended = console
        .api
        .manage(move |core| core.end_trial(&name))
        .await?;
    Ok(done(format!("{} {}: ended", ended.plugin, ended.version)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_read_in_percent_and_nobody_and_everybody_are_no_share() {
        let of = |percent| canary(percent).ok();
        assert_eq!(of("5"), Some(TrialKind::Canary { per_mille: 50 }));
        assert_eq!(of("0.1"), Some(TrialKind::Canary { per_mille: 1 }));
        assert_eq!(of("99.9"), Some(TrialKind::Canary { per_mille: 999 }));
        for wrong in ["0", "100", "-3", "x", "NaN", "inf"] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }
}
