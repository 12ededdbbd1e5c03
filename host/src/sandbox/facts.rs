//! What a component says of itself in its bytes, read before anything is compiled. Runs in the compiling child: even
//! a parser is better not trusted with a stranger's bytes in the process that serves.

use serde::{Deserialize, Serialize};
use wasmparser::{ComponentTypeRef, Encoding, KnownCustom, Parser, Payload};

/// Components may contain modules and small components, not a zoo of them.
const MOST_PARTS: usize = 256;
const DEEPEST: usize = 8;
const MOST_NAMES: usize = 1_000;
/// What all WebAssembly begins with.
const MAGIC: &[u8] = b"\0asm";

/// What a component imports and exports, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Facts {
    /// Full names: `switchboard:plugin/log@0.1.0`.
    pub imports: Vec<String>,
    /// Full names, or plain ones of functions.
    pub exports: Vec<String>,
    /// The source language and its version, where the toolchain wrote it down.
    pub language: Option<String>,
}

/// # Errors
/// Why the bytes aren't a component that could be a plugin, in words for its author.
pub(super) fn read(bytes: &[u8]) -> Result<Facts, String> {
    let mut facts = Facts::default();
    let mut parts = 0;
    let mut depth = 0;
    if !bytes.starts_with(MAGIC) {
        return Err(format!(
            "it isn't valid WebAssembly: it begins with {:?}, not with {:?} as every component does",
            beginning(bytes),
            beginning(MAGIC)
        ));
    }
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(|error| format!("it isn't valid WebAssembly: {error}"))? {
            Payload::Version { encoding, .. } => {
                if parts == 0 && encoding == Encoding::Module {
                    return Err(
                        "it is a core module, not a component: turn it into one with `switchboard plugin build` \
                         or `wasm-tools component new`"
                            .to_owned(),
                    );
                }
                parts += 1;
                depth += 1;
                if parts > MOST_PARTS || depth > DEEPEST {
                    return Err(format!(
                        "it has more than {MOST_PARTS} parts or is nested deeper than {DEEPEST}"
                    ));
                }
            }
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section {
                    let import = import.map_err(|error| error.to_string())?;
                    // A type gives a plugin nothing that it could call.
                    if !matches!(import.ty, ComponentTypeRef::Type(_)) {
                        add(&mut facts.imports, import.name.name)?;
                    }
                }
            }
            Payload::ComponentExportSection(section) if depth == 1 => {
                for export in section {
                    let export = export.map_err(|error| error.to_string())?;
                    add(&mut facts.exports, export.name.name)?;
                }
            }
            // What the component itself says goes before what is said of a part: a runtime written in another language.
            Payload::CustomSection(section) if facts.language.is_none() || depth == 1 => {
                if let KnownCustom::Producers(fields) = section.as_known() {
                    facts.language = language(fields).or(facts.language);
                }
            }
            _ => {}
        }
    }
    if facts.exports.is_empty() {
        return Err("it exports nothing: an interface definition (WIT) is not a plugin".to_owned());
    }
    Ok(facts)
}

/// The first bytes of a file, readable.
fn beginning(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.get(..bytes.len().min(4)).unwrap_or_default()).into_owned()
}

fn add(names: &mut Vec<String>, name: &str) -> Result<(), String> {
    if names.len() >= MOST_NAMES {
        return Err(format!(
            "it imports or exports more than {MOST_NAMES} names"
        ));
    }
    names.push(name.to_owned());
    Ok(())
}

/// Generators of bindings that write their name down, and the language that they are for: not every compiler names it.
const GENERATORS: [(&str, &str); 2] = [("wit-bindgen-rust", "Rust"), ("wit-bindgen-c", "C")];

/// The first language that the producers' section names. A broken section says nothing; it isn't the plugin's code.
fn language(fields: wasmparser::ProducersSectionReader<'_>) -> Option<String> {
    let mut generated = None;
    for field in fields {
        let field = field.ok()?;
        for value in field.values {
            let value = value.ok()?;
            if field.name == "language" {
                let text = format!("{} {}", value.name, value.version);
                return Some(super::capabilities::log::visible(text.trim(), 100));
            }
            let known = GENERATORS.iter().find(|(name, _)| *name == value.name);
            generated = generated.or(known.map(|(_, language)| (*language).to_owned()));
        }
    }
    generated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_isnt_a_component_is_named() {
        assert!(
            read(b"hello")
                .unwrap_err()
                .contains("isn't valid WebAssembly: it begins with \"hell\"")
        );
        assert!(!read("你好".as_bytes()).unwrap_err().contains('\n'));
        assert!(read(b"").unwrap_err().contains("isn't valid WebAssembly"));
        let module = wat::parse_str("(module)").unwrap();
        assert!(read(&module).unwrap_err().contains("core module"));
        let empty = wat::parse_str("(component)").unwrap();
        assert!(read(&empty).unwrap_err().contains("exports nothing"));
    }

    #[test]
    fn the_language_of_a_standard_plugin_is_told() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../plugins/dist/triage.wasm");
        let facts = read(&std::fs::read(path).unwrap()).unwrap();
        assert_eq!(facts.language.as_deref(), Some("Rust"));
    }

    #[test]
    fn deep_nests_are_refused() {
        let deep = format!("{}{}", "(component ".repeat(20), ")".repeat(20));
        let bytes = wat::parse_str(deep).unwrap();
        assert!(read(&bytes).unwrap_err().contains("nested"));
    }
}
