//! From a core module, as a compiler leaves it, to a component.

use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// A component that says what it was written in: a section `producers` of its own, as the tools' convention has it, at its
/// end. What its parts say of themselves stays.
pub(super) fn written_in(mut component: Vec<u8>, language: &str) -> Vec<u8> {
    const CUSTOM: u8 = 0;
    let text = |text: &str| {
        let mut bytes = length(text.len());
        bytes.extend_from_slice(text.as_bytes());
        bytes
    };
    // One field with one value, which has a name and no version.
    let parts = [
        text("producers"),
        length(1),
        text("language"),
        length(1),
        text(language),
        text(""),
    ];
    let content = parts.concat();
    component.push(CUSTOM);
    component.extend(length(content.len()));
    component.extend(content);
    component
}

/// A number as WebAssembly has it: seven bits a byte, the lowest first.
fn length(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or(0);
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

/// The component of a module that carries the description of its world.
///
/// # Errors
/// Where the module isn't what its world says.
pub(super) fn of_described(core: &[u8]) -> anyhow::Result<Vec<u8>> {
    ComponentEncoder::default()
        .validate(true)
        .module(core)?
        .encode()
}

/// The component of a module whose world is the one of that name in the directory `wit`.
///
/// # Errors
/// Where the contract's files can't be read, or the module isn't what its world says.
pub(super) fn of_plain(core: &[u8], wit: &Path, world: &str) -> anyhow::Result<Vec<u8>> {
    of_described(&described(core, wit, world)?)
}

/// As [`of_plain`], of a module for WASI preview 1.
///
/// # Errors
/// As there.
pub(super) fn of_preview1(core: &[u8], wit: &Path, world: &str) -> anyhow::Result<Vec<u8>> {
    ComponentEncoder::default()
        .validate(true)
        .module(&described(core, wit, world)?)?
        .adapter(
            wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
            wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
        )?
        .encode()
}

/// The module, with the description of its world.
fn described(core: &[u8], wit: &Path, world: &str) -> anyhow::Result<Vec<u8>> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit)?;
    let world = resolve.select_world(&[package], Some(world))?;
    let mut module = core.to_vec();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    Ok(module)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_as_webassembly_has_them() {
        assert_eq!(length(0), [0]);
        assert_eq!(length(127), [0x7f]);
        assert_eq!(length(128), [0x80, 0x01]);
        assert_eq!(length(624_485), [0xe5, 0x8e, 0x26]);
    }
}
