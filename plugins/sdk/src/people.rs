//! Departments and people of the desk, so that no effect names somebody that the directory doesn't know.

use crate::{
    config::permanent,
    host::Host,
    types::{Level, StepError},
};

/// `wanted` if the desk has such a department, else the first that it has of `instead`, else its first.
///
/// # Errors
/// The grant "directory" is missing, or the desk has no departments.
pub fn department(host: &impl Host, wanted: &str, instead: &[&str]) -> Result<String, StepError> {
    let known = host.departments().map_err(permanent)?;
    if let Some(found) = core::iter::once(&wanted)
        .chain(instead)
        .find(|name| known.iter().any(|department| department == *name))
    {
        return Ok((*found).to_owned());
    }
    let first = known.into_iter().next().ok_or_else(|| {
        permanent("the desk's directory has no departments: add one to directory.toml")
    })?;
    host.log(
        Level::Warn,
        &format!("there is no department `{wanted}`; `{first}` is asked instead"),
    );
    Ok(first)
}

/// Those of `names` that the directory knows.
///
/// # Errors
/// The grant "directory" is missing.
pub fn known(host: &impl Host, names: &[String]) -> Result<Vec<String>, StepError> {
    let mut found = Vec::new();
    for name in names {
        if host.responsible(name).map_err(permanent)?.is_some() {
            found.push(name.clone());
        } else {
            host.log(
                Level::Warn,
                &format!("the directory knows no `{name}`, who was to be told"),
            );
        }
    }
    Ok(found)
}
