//! `switchboard people`: who may sign in to the console, said in the data directory of a host that is stopped.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use serde_json::json;

use super::setup;
use super::usage::Usage;
use crate::staff::{AuditRow, LONGEST_PASSWORD, Person, Role, Staff, new_first_password};

/// Say who may sign in to the console
///
/// Works on the data directory of a host that is stopped; while it runs, its page People does the same. Without
/// --password-stdin a first password is made and printed; its owner chooses another when they sign in.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  switchboard people add lin-mei --role administrator\n  \
    echo \"$SECRET\" | switchboard people passwd lin-mei --password-stdin --data /var/lib/switchboard\n  \
    switchboard people list --json"
)]
pub(crate) struct PeopleArgs {
    #[command(subcommand)]
    command: PeopleCommand,
    /// The data directory [default: switchboard-data beside the desk]
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<PathBuf>,
    /// The desk directory [default: the built-in demo desk]
    #[arg(long, value_name = "DESK", global = true)]
    desk: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum PeopleCommand {
    /// Somebody of directory.toml may sign in
    Add {
        /// The name in directory.toml
        name: String,
        /// What they may do
        #[arg(long, value_parser = role)]
        role: Role,
        /// Read the password from standard input; it stays until its owner changes it
        #[arg(long)]
        password_stdin: bool,
    },
    /// Who may sign in
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Another password; ends one-time codes and everything they are signed in with
    Passwd {
        /// Whose
        name: String,
        /// Read the password from standard input; it stays until its owner changes it
        #[arg(long)]
        password_stdin: bool,
    },
    /// Another role; ends everything they are signed in with
    Role {
        /// Whose
        name: String,
        /// What they may do
        #[arg(value_parser = role)]
        role: Role,
    },
}

fn role(name: &str) -> Result<Role, String> {
    Role::parse(name).ok_or_else(|| {
        let names: Vec<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("there is {}", names.join(", "))
    })
}

/// Runs the command.
///
/// # Errors
/// Where a host has the data directory, nobody goes by the name, or the password isn't taken.
pub(crate) fn run(args: PeopleArgs) -> anyhow::Result<ExitCode> {
    let dir = setup::data_dir(args.data, args.desk.as_deref());
    let adds = matches!(args.command, PeopleCommand::Add { .. });
    if !adds && !dir.is_dir() {
        return Err(Usage(format!("--data: {} is not there", dir.display())).into());
    }
    let name = |name: &str| -> anyhow::Result<String> {
        let desk = setup::desk(args.desk.as_deref())?;
        match desk.directory.person(name) {
            Some(person) => Ok(person.name.clone()),
            None => bail!("{name:?} is nobody of directory.toml; add them there first"),
        }
    };
    let listed = match &args.command {
        PeopleCommand::Add { name: added, .. } => name(added)?,
        _ => String::new(),
    };
    let store = setup::store(&dir)
        .with_context(|| format!("{}: is a host running on it?", dir.display()))?;
    let staff = Staff::new(store);
    let now = Timestamp::now();
    let (what, on, said) = match args.command {
        PeopleCommand::Add {
            role,
            password_stdin,
            ..
        } => {
            let password = Password::get(password_stdin)?;
            staff.add(&listed, role, &password.text, now)?;
            staff.change(&listed, now, |person| {
                person.must_change = password.is_made;
                Ok(())
            })?;
            let said = format!("{listed} may sign in as {role}{}", password.told());
            ("people", format!("{listed} {role}"), said)
        }
        PeopleCommand::List { json } => {
            let said = list(&staff.people()?, json)?;
            print(&said)?;
            return Ok(ExitCode::SUCCESS);
        }
        PeopleCommand::Passwd {
            name,
            password_stdin,
        } => {
            let password = Password::get(password_stdin)?;
            staff.set_password(&name, &password.text, password.is_made, now)?;
            staff.change(&name, now, |person| {
                person.end_codes();
                Ok(())
            })?;
            let said = format!("{name} has another password{}", password.told());
            ("people password", name, said)
        }
        PeopleCommand::Role { name, role } => {
            staff.change(&name, now, |person| {
                person.role = role;
                person.end_sessions();
                Ok(())
            })?;
            let said = format!("{name} is {role}");
            ("people role", format!("{name} {role}"), said)
        }
    };
    staff.note(&AuditRow {
        at: now,
        who: "command line".to_owned(),
        what: what.to_owned(),
        on,
        from: "this machine".to_owned(),
        status: 200,
        detail: String::new(),
    })?;
    print(&said)?;
    Ok(ExitCode::SUCCESS)
}

fn print(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{text}").context("standard output")
}

/// A password from somewhere.
struct Password {
    text: String,
    is_made: bool,
}

impl Password {
    fn get(from_stdin: bool) -> anyhow::Result<Self> {
        if !from_stdin {
            return Ok(Self {
                text: new_first_password()?,
                is_made: true,
            });
        }
        let most = u64::try_from(LONGEST_PASSWORD)?.saturating_add(2);
        let mut text = String::new();
        std::io::stdin()
            .take(most)
            .read_to_string(&mut text)
            .context("the password on standard input")?;
        Ok(Self {
            text: text.trim_end_matches(['\r', '\n']).to_owned(),
            is_made: false,
        })
    }

    fn told(&self) -> String {
        if self.is_made {
            format!("\n  first password: {}", self.text)
        } else {
            String::new()
        }
    }
}

fn list(people: &[Person], as_json: bool) -> anyhow::Result<String> {
    if as_json {
        let lines: Vec<_> = people
            .iter()
            .map(|person| {
                json!({
                    "name": person.name,
                    "role": person.role,
                    "disabled": person.disabled,
                    "one_time_codes": person.wants_code(),
                    "signed_in_at": person.signed_in_at,
                })
            })
            .collect();
        return Ok(serde_json::to_string_pretty(&lines)?);
    }
    if people.is_empty() {
        return Ok("Nobody may sign in yet.".to_owned());
    }
    let widest = people
        .iter()
        .map(|person| person.name.chars().count())
        .max();
    let lines: Vec<String> = people
        .iter()
        .map(|person| {
            let disabled = if person.disabled { "  (shut out)" } else { "" };
            format!(
                "{:<width$}  {}{disabled}",
                person.name,
                person.role,
                width = widest.unwrap_or(0)
            )
        })
        .collect();
    Ok(lines.join("\n"))
}
