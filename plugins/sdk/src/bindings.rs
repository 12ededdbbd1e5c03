//! Generated from `wit/0.1.1`: the world `step`, and beside it what the world `reviewer` has of its own.
#![allow(
    missing_docs,
    unsafe_code,
    unreachable_pub,
    clippy::all,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "generated"
)]

wit_bindgen::generate!({
    path: "../../wit/0.1.1",
    world: "step",
    pub_export_macro: true,
    export_macro_name: "export_step_world",
    default_bindings_module: "switchboard_sdk::bindings",
    runtime_path: "wit_bindgen::rt",
    additional_derives: [PartialEq],
    generate_all,
});

/// The world `reviewer`; its types are those of the world `step`.
pub mod reviewer {
    wit_bindgen::generate!({
        path: "../../wit/0.1.1",
        world: "reviewer",
        pub_export_macro: true,
        export_macro_name: "export_reviewer_world",
        default_bindings_module: "switchboard_sdk::bindings::reviewer",
        runtime_path: "wit_bindgen::rt",
        with: {
            "switchboard:plugin/types@0.1.1": crate::bindings::switchboard::plugin::types,
            "switchboard:plugin/log@0.1.1": crate::bindings::switchboard::plugin::log,
            "switchboard:plugin/config@0.1.1": crate::bindings::switchboard::plugin::config,
            "switchboard:plugin/clock@0.1.1": crate::bindings::switchboard::plugin::clock,
            "switchboard:plugin/knowledge@0.1.1": crate::bindings::switchboard::plugin::knowledge,
        },
    });
}
