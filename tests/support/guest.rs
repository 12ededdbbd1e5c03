//! Plugins made of text: core modules in WAT, turned into components of the contract's worlds. What no compiler would
//! write, a hostile author can; so can this.

use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// Bytes of one `effect` in a list, by the canonical ABI.
pub const EFFECT_BYTES: usize = 68;

/// Where the answer of `handle` lies: `ok`, no effects, `go-on`, unless the module writes something else there.
pub const ANSWER: usize = 2_048;
/// From here on memory is the module's own.
pub const FREE: usize = 4_096;

/// A core module to be. Every part can be replaced; as it is, it is a well-behaved step.
#[derive(Clone, Debug)]
pub struct Guest {
    /// Imports, as WAT.
    pub imports: String,
    /// The memory, as WAT; it must be exported as `memory`.
    pub memory: String,
    /// The body of `describe`, which returns the address of the manifest.
    pub describe: String,
    /// The body of `handle`; its parameter `$arguments` is an address, its result too.
    pub handle: String,
    /// The body of `cabi_realloc`; its parameters are `$old $old_size $align $size`.
    pub realloc: String,
    /// More items of the module.
    pub items: String,
    /// Name, version and summary of the manifest.
    pub manifest: [String; 3],
    /// Grants that the manifest asks for.
    pub grants: Vec<String>,
    /// The version of the contract.
    pub contract: &'static str,
    /// The world.
    pub world: &'static str,
    /// The name of the function besides `describe`.
    pub export: &'static str,
    /// How the module says that its strings are encoded.
    pub encoding: StringEncoding,
}

impl Default for Guest {
    fn default() -> Self {
        Self {
            imports: String::new(),
            memory: r#"(memory (export "memory") 4)"#.to_owned(),
            describe: "(i32.const 512)".to_owned(),
            handle: format!("(i32.const {ANSWER})"),
            realloc: BUMP.to_owned(),
            items: String::new(),
            manifest: ["hostile", "0.1.0", "a test's plugin"].map(str::to_owned),
            grants: Vec::new(),
            contract: "0.1.0",
            world: "step",
            export: "handle",
            encoding: StringEncoding::UTF8,
        }
    }
}

/// Hands out memory upwards and never takes it back; grows it where needed.
const BUMP: &str = r"
    (local $at i32)
    (local.set $at (i32.and
        (i32.add (global.get $heap) (i32.sub (local.get $align) (i32.const 1)))
        (i32.xor (i32.sub (local.get $align) (i32.const 1)) (i32.const -1))))
    (global.set $heap (i32.add (local.get $at) (local.get $size)))
    (block $fits
        (br_if $fits (i32.le_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536))))
        (br_if $fits (i32.ge_s
            (memory.grow (i32.add (i32.const 1) (i32.shr_u (local.get $size) (i32.const 16))))
            (i32.const 0)))
        (unreachable))
    (local.get $at)";

impl Guest {
    /// A step with this body of `handle`, which must end with the address of an answer.
    pub fn handling(body: impl Into<String>) -> Self {
        Self {
            handle: body.into(),
            ..Self::default()
        }
    }

    /// A step that does this, then answers that all is well.
    pub fn doing(body: &str) -> Self {
        Self::handling(format!("{body}\n(i32.const {ANSWER})"))
    }

    /// With one more import: `interface` of the contract, function, core type.
    pub fn importing(mut self, interface: &str, function: &str, core_type: &str) -> Self {
        let name = function.replace('-', "_");
        self.imports.push_str(&format!(
            "(import \"switchboard:plugin/{interface}@{}\" \"{function}\" (func ${name} {core_type}))\n",
            self.contract
        ));
        self
    }

    /// Of another version of the contract.
    pub fn of_contract(mut self, contract: &'static str) -> Self {
        let versions = [self.contract, contract].map(|version| format!("@{version}\""));
        let [before, now] = versions.each_ref().map(String::as_str);
        self.imports = self.imports.replace(before, now);
        self.contract = contract;
        self
    }

    /// With more items.
    pub fn with(mut self, items: &str) -> Self {
        self.items.push_str(items);
        self
    }

    /// The core module.
    pub fn module(&self) -> Vec<u8> {
        let mut data = String::new();
        let mut words: Vec<u32> = Vec::new();
        let mut at = 1_024;
        let mut text = |text: &str, data: &mut String| {
            data.push_str(&format!("(data (i32.const {at}) \"{text}\")\n"));
            let place = [at, text.len() as u32];
            at += text.len() as u32 + 1;
            place
        };
        for part in &self.manifest {
            words.extend(text(part, &mut data));
        }
        let grants: Vec<u32> = self
            .grants
            .iter()
            .flat_map(|grant| text(grant, &mut data))
            .collect();
        words.extend([800, self.grants.len() as u32, 0, 0, 5, 0, 0, 0]);
        data.push_str(&format!("(data (i32.const 512) \"{}\")\n", bytes(&words)));
        data.push_str(&format!("(data (i32.const 800) \"{}\")\n", bytes(&grants)));
        let Self {
            imports,
            memory,
            describe,
            handle,
            realloc,
            items,
            export,
            ..
        } = self;
        let wat = format!(
            r#"(module
                {imports}
                {memory}
                (global $heap (mut i32) (i32.const 65536))
                {data}
                {items}
                (func $cabi_realloc (export "cabi_realloc")
                    (param $old i32) (param $old_size i32) (param $align i32) (param $size i32) (result i32)
                    {realloc})
                (func $describe (export "describe") (result i32) {describe})
                (func $handle (export "{export}") (param $arguments i32) (result i32) {handle})
            )"#
        );
        wat::parse_str(&wat).unwrap_or_else(|error| panic!("{error}\n{wat}"))
    }

    /// The component.
    pub fn component(&self) -> Vec<u8> {
        let contract = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../wit")
            .join(self.contract);
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_dir(&contract).unwrap();
        component_of(self.module(), &resolve, package, self.world, self.encoding)
    }

    /// A component that imports WASI besides: `packages` as WIT, `imports` of the world.
    pub fn component_with_wasi(&self, packages: &[&str], imports: &str) -> Vec<u8> {
        let contract = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit/0.1.0");
        let mut resolve = Resolve::default();
        resolve.push_dir(&contract).unwrap();
        for wit in packages {
            resolve.push_str("wasi.wit", wit).unwrap();
        }
        let world = format!(
            "package test:plugin; world step {{ include switchboard:plugin/step@0.1.0; {imports} }}"
        );
        let package = resolve.push_str("test.wit", &world).unwrap();
        component_of(self.module(), &resolve, package, self.world, self.encoding)
    }

    /// A component of another contract, as WIT.
    pub fn component_of_wit(&self, wit: &str) -> Vec<u8> {
        let mut resolve = Resolve::default();
        let package = resolve.push_str("other.wit", wit).unwrap();
        component_of(self.module(), &resolve, package, self.world, self.encoding)
    }
}

fn component_of(
    mut module: Vec<u8>,
    resolve: &Resolve,
    package: wit_parser::PackageId,
    world: &str,
    encoding: StringEncoding,
) -> Vec<u8> {
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    embed_component_metadata(&mut module, resolve, world, encoding).unwrap();
    ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .unwrap()
        .encode()
        .unwrap()
}

/// Words as an escaped WAT string, little-endian.
pub fn bytes(words: &[u32]) -> String {
    words
        .iter()
        .flat_map(|word| word.to_le_bytes())
        .map(|byte| format!("\\{byte:02x}"))
        .collect()
}

/// WAT that makes the answer an outcome of `count` effects at `address`.
pub fn effects(address: usize, count: usize) -> String {
    let at = ANSWER;
    format!(
        "(i32.store (i32.const {}) (i32.const {address}))
         (i32.store (i32.const {}) (i32.const {count}))",
        at + 4,
        at + 8
    )
}

/// WAT that writes a `note` effect with text at `text..text + length` to `address`.
pub fn note(address: usize, text: usize, length: usize) -> String {
    format!(
        "(i32.store8 (i32.const {address}) (i32.const 1))
         (i32.store (i32.const {}) (i32.const {text}))
         (i32.store (i32.const {}) (i32.const {length}))",
        address + 4,
        address + 8
    )
}
