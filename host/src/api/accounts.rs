//! Customers: looked at, handed over, erased.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::acting::Acting;
use super::customers::MergeView;
use super::extract::Segments;
use super::views::AccountView;
use super::{Api, Problem};
use crate::engine::{EngineError, Held};
use crate::model::{AccountId, TicketKind};
use crate::store::Table;

/// Look at a customer
///
/// The account with its conversations and tickets, those of accounts that were merged into it included. Asked for one
/// of these, it shows the account that stands for the customer.
#[utoipa::path(
    get, path = "/api/v1/accounts/{id}", tag = "accounts",
    params(("id" = String, Path, description = "the account")),
    responses((status = 200, body = AccountView),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn show(
    State(api): State<Api>,
    acting: Acting,
    Segments(id): Segments<String>,
) -> Result<Json<AccountView>, Problem> {
    let id = AccountId::new(id);
    let view = api.read(move |core| {
        let family = core.family(&id)?;
        let (root, others) = family.split_first().ok_or(EngineError::NothingDue)?;
        let mut account = core.account(root)?;
        let mut merged = Vec::new();
        for other in others {
            match core.account(other) {
                Ok(other) => account.join(&other),
                Err(EngineError::NotFound { .. }) => continue,
                Err(error) => return Err(error),
            }
            merged.extend(core.merge_of(other)?.map(MergeView::from));
        }
        let mut conversations = Vec::new();
        for id in &account.conversations {
            match core.conversation(id) {
                Ok(state) if acting.sees(&state) => conversations.push(state),
                Ok(_) => {}
                Err(EngineError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        // Of what is hidden not even the number shows.
        if conversations.len() < account.conversations.len() {
            let open = conversations.iter().flat_map(|state| state.open_tickets());
            let complaints = open.filter(|ticket| ticket.kind == TicketKind::Complaint);
            account.open_complaints = u32::try_from(complaints.count()).unwrap_or(u32::MAX);
        }
        let mut tickets = Vec::new();
        for brief in conversations.iter().flat_map(|state| &state.tickets) {
            match core.ticket(&brief.id) {
                Ok(ticket) => tickets.push(ticket),
                Err(EngineError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(AccountView::new(&account, &conversations, &tickets, merged))
    });
    Ok(Json(view.await?))
}

/// Everything that the desk keeps of a customer, by table.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountExport {
    /// The account's id.
    account: String,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    exported_at: jiff::Timestamp,
    /// For each table (`account`, `conversation`, `message`, `run`, `ticket`, `timer`, `outbox`, `identity`,
    /// `idempotency`, `key-value` …) its records, as they are kept.
    #[schema(value_type = Object)]
    records: BTreeMap<&'static str, Vec<Value>>,
}

/// Hand everything about a customer over
///
/// All that the desk keeps, what plugins stored included.
#[utoipa::path(
    get, path = "/api/v1/accounts/{id}/export", tag = "accounts",
    params(("id" = String, Path, description = "the account")),
    responses((status = 200, body = AccountExport),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn export(
    State(api): State<Api>,
    acting: Acting,
    Segments(id): Segments<String>,
) -> Result<Response, Problem> {
    acting.is_nobody()?;
    let id = AccountId::new(id);
    let export = api.read(move |core| {
        let mut records: BTreeMap<&'static str, Vec<Value>> = BTreeMap::new();
        core.account(&id)?;
        for member in core.family(&id)? {
            for held in core.holdings(&member)? {
                // Indices say nothing that the records don't.
                if !held.is_index() {
                    records
                        .entry(held.table.name())
                        .or_default()
                        .push(record(&held));
                }
            }
        }
        Ok(AccountExport {
            account: id.to_string(),
            exported_at: core.clock().now(),
            records,
        })
    });
    let mut response = Json(export.await?).into_response();
    let name = HeaderValue::from_static("attachment; filename=\"account.json\"");
    response
        .headers_mut()
        .insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

fn record(held: &Held) -> Value {
    if let Some(remembered) = held.remembered() {
        return json!({
            "plugin": remembered.plugin,
            "scope": remembered.scope,
            "owner": remembered.owner,
            "key": remembered.key,
            "value": readable(&held.value),
        });
    }
    let value = serde_json::from_slice(&held.value).unwrap_or_else(|_| readable(&held.value));
    if held.table == Table::Idempotency {
        return json!({"key": held.key.escape_ascii().to_string(), "answer": value});
    }
    value
}

/// Bytes as text where they are text, else as hexadecimal.
fn readable(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => json!({ "text": text }),
        Err(_) => {
            json!({ "hex": bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>() })
        }
    }
}

/// What an erasure did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Erased {
    /// The account that is gone.
    account: String,
    /// How many records were taken away.
    records: usize,
}

/// Erase a customer
///
/// Takes away everything that the export shows, together, after what is under way for the customer. Accounts that were
/// merged into it go, too. It can't be undone. Backups made before keep it.
#[utoipa::path(
    delete, path = "/api/v1/accounts/{id}", tag = "accounts",
    params(("id" = String, Path, description = "the account")),
    responses((status = 200, body = Erased),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn erase(
    State(api): State<Api>,
    acting: Acting,
    Segments(id): Segments<String>,
) -> Result<Json<Erased>, Problem> {
    acting.is_nobody()?;
    let records = api.engine.erase(&AccountId::new(id.clone())).await?;
    api.erasures.fetch_add(1, Ordering::Relaxed);
    tracing::info!(account = id, records, "a customer was erased");
    Ok(Json(Erased {
        account: id,
        records,
    }))
}
