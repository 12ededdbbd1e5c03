//! The OpenAPI document, made from what stands beside each handler.

use axum::Json;
use utoipa::OpenApi as _;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::{
    accounts, agents, chat, conversations, customers, events, evidence, health, messages, plugins,
    promises, records, reports, runs, search, survey, tickets, typing,
};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Switchboard",
        description = "The HTTP API of a Switchboard host. Times are RFC 3339 with an offset; ids are opaque. Unknown \
            fields in a request are an error that names the field; new fields may appear in answers at any time. \
            Errors are application/problem+json (RFC 9457). Where the host has an access token, everything under \
            /api and /metrics needs it as `Authorization: Bearer …`.",
        license(name = "MIT OR Apache-2.0")
    ),
    paths(
        messages::receive,
        conversations::list,
        conversations::show,
        conversations::reply,
        conversations::take,
        conversations::resolve,
        records::show,
        records::edit,
        conversations::release,
        agents::list,
        agents::presence,
        agents::queue,
        agents::attendance,
        events::follow,
        accounts::show,
        customers::edit,
        accounts::erase,
        accounts::export,
        customers::show,
        customers::merge,
        customers::split,
        tickets::list,
        tickets::update,
        evidence::export,
        promises::list,
        promises::keep,
        runs::show,
        runs::case,
        plugins::list,
        plugins::push,
        plugins::activate,
        plugins::rehearse,
        plugins::examine,
        plugins::begin_trial,
        plugins::end_trial,
        plugins::roll_back,
        search::find,
        reports::volume,
        reports::satisfaction,
        reports::tickets,
        reports::steps,
        reports::agents,
        reports::workload,
        reports::quality,
        reports::records,
        reports::deliveries,
        survey::link,
        survey::show,
        survey::vote,
        chat::show,
        chat::style,
        chat::script,
        chat::frame,
        chat::reading,
        chat::words,
        chat::desk,
        chat::receive,
        chat::typing,
        chat::rate,
        chat::launcher,
        chat::icon_svg,
        chat::icon,
        chat::identity_key,
        chat::new_identity_key,
        typing::agent,
        chat::follow,
        chat::history,
        health::alive,
        health::ready,
        health::metrics,
        document,
    ),
    modifiers(&Bearer),
    security((), ("token" = []))
)]
struct Document;

struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(token));
    }
}

/// This document
#[utoipa::path(get, path = "/openapi.json", tag = "host", responses((status = 200, body = Object)))]
pub(crate) async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Document::openapi())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::super::ROUTES;
    use super::*;

    #[test]
    fn every_route_is_in_the_document_and_the_other_way_round() {
        let document = serde_json::to_value(Document::openapi()).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let methods = [
            "get", "put", "post", "delete", "patch", "head", "options", "trace",
        ];
        let mut described = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for method in item
                .as_object()
                .unwrap()
                .keys()
                .filter(|key| methods.contains(&key.as_str()))
            {
                described.insert((method.clone(), path.clone()));
            }
        }
        let served: BTreeSet<_> = ROUTES
            .iter()
            .map(|route| (route.method.to_owned(), route.path.to_owned()))
            .collect();
        assert_eq!(described, served);
        assert_eq!(served.len(), ROUTES.len(), "each route once");
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn references<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
            match value {
                Value::Object(object) => {
                    found.extend(object.get("$ref").and_then(Value::as_str));
                    object.values().for_each(|value| references(value, found));
                }
                Value::Array(array) => array.iter().for_each(|value| references(value, found)),
                _ => {}
            }
        }
        let document = serde_json::to_value(Document::openapi()).unwrap();
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(!found.is_empty());
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }
}
