//! What bindings are written from: the types and functions of a world, in an order in which each type stands after those it is
//! made of, with their layout in the memory of 32-bit WebAssembly. What no language's file can say yet is refused here.

use anyhow::{Context as _, Result, bail, ensure};
use std::collections::{HashMap, HashSet};
use wit_parser::{
    Docs, Function as WitFunction, PackageId, Resolve, SizeAlign, Type, TypeDefKind, TypeId,
    WorldItem, WorldKey,
};

/// The canonical ABI hands over so many numbers at once; more go through memory.
const MOST_FLAT: usize = 16;

pub(super) struct Contract {
    /// `0.1.1`.
    pub version: String,
    pub types: Vec<Named>,
    pub imports: Vec<Interface>,
    pub exports: Vec<Function>,
}

pub(super) struct Interface {
    pub name: String,
    /// As a module names it: `switchboard:plugin/log@0.1.1`.
    pub module: String,
    pub docs: Option<String>,
    pub functions: Vec<Function>,
}

pub(super) struct Function {
    pub name: String,
    pub docs: Option<String>,
    pub params: Vec<(String, Ty)>,
    pub result: Outcome,
}

/// What a function gives back.
pub(super) enum Outcome {
    Nothing,
    Value(Ty),
    /// Ok and error.
    Either(Option<Ty>, Ty),
}

/// A type with a name of its own.
pub(super) struct Named {
    pub name: String,
    pub docs: Option<String>,
    pub shape: Shape,
    pub size: usize,
    pub align: usize,
}

pub(super) enum Shape {
    Record(Vec<Field>),
    /// The cases, and where what a case carries begins.
    Variant(Vec<Case>, usize),
    Enum(Vec<Case>),
}

pub(super) struct Field {
    pub name: String,
    pub docs: Option<String>,
    pub ty: Ty,
    pub offset: usize,
}

pub(super) struct Case {
    pub name: String,
    pub docs: Option<String>,
    pub ty: Option<Ty>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    Bool,
    U32,
    F32,
    /// UTF-8.
    Text,
    Bytes,
    List(Box<Ty>),
    Option(Box<Ty>),
    /// Of the contract's types, this one.
    Named(usize),
}

impl Contract {
    pub(super) fn read(resolve: &Resolve, package: PackageId, world: &str) -> Result<Self> {
        let package_name = &resolve.packages.get(package).context("a package")?.name;
        let version = package_name.version.as_ref().map(ToString::to_string);
        let world = resolve.select_world(&[package], Some(world))?;
        let world = resolve.worlds.get(world).context("a world")?;
        let mut sizes = SizeAlign::default();
        sizes.fill(resolve);
        let mut reader = Reader {
            resolve,
            sizes,
            known: HashMap::new(),
            names: HashSet::new(),
            types: Vec::new(),
        };
        let (mut imports, mut exports) = (Vec::new(), Vec::new());
        for (key, item) in &world.imports {
            let (WorldKey::Interface(id), WorldItem::Interface { .. }) = (key, item) else {
                continue;
            };
            let interface = resolve.interfaces.get(*id).context("an interface")?;
            for id in interface.types.values() {
                reader.ty(&Type::Id(*id))?;
            }
            let functions = interface.functions.values();
            let functions: Vec<Function> = functions
                .map(|one| reader.function(one))
                .collect::<Result<_>>()?;
            if !functions.is_empty() {
                imports.push(Interface {
                    name: interface.name.clone().context("an interface's name")?,
                    module: resolve.id_of(*id).context("an interface's name")?,
                    docs: interface.docs.contents.clone(),
                    functions,
                });
            }
        }
        for item in world.exports.values() {
            match item {
                WorldItem::Function(function) => exports.push(reader.function(function)?),
                _ => bail!("the world exports more than functions"),
            }
        }
        let contract = Self {
            version: version.context("the contract has no version")?,
            types: reader.types,
            imports,
            exports,
        };
        for function in contract.imports.iter().flat_map(|one| &one.functions) {
            let flat: Result<Vec<usize>> = function
                .params
                .iter()
                .map(|(_, ty)| contract.flat(ty).map(|flat| flat.len()))
                .collect();
            let flat: usize = flat?.iter().sum();
            ensure!(flat <= MOST_FLAT, "{} has too much to say", function.name);
        }
        for function in &contract.exports {
            // One pointer, or nothing: what a step is told has always been too much for numbers.
            let told = function.params.iter().map(|(_, ty)| contract.numbers(ty));
            let told: usize = told.sum();
            ensure!(
                told == 0 || told > MOST_FLAT,
                "{} is told too little",
                function.name
            );
        }
        Ok(contract)
    }

    pub(super) fn named(&self, index: usize) -> Result<&Named> {
        self.types.get(index).context("a type of the contract")
    }

    /// Bytes in memory.
    pub(super) fn size(&self, ty: &Ty) -> usize {
        match ty {
            Ty::Bool => 1,
            Ty::U32 | Ty::F32 => 4,
            Ty::Text | Ty::Bytes | Ty::List(_) => 8,
            Ty::Option(of) => {
                let align = self.align(of);
                (align + self.size(of)).next_multiple_of(align)
            }
            Ty::Named(index) => self.types.get(*index).map_or(0, |named| named.size),
        }
    }

    pub(super) fn align(&self, ty: &Ty) -> usize {
        match ty {
            Ty::Bool => 1,
            Ty::U32 | Ty::F32 | Ty::Text | Ty::Bytes | Ty::List(_) => 4,
            Ty::Option(of) => self.align(of),
            Ty::Named(index) => self.types.get(*index).map_or(1, |named| named.align),
        }
    }

    /// Where each parameter of an exported function is, behind the one pointer that it gets.
    pub(super) fn offsets(&self, params: &[(String, Ty)]) -> Vec<usize> {
        let mut end: usize = 0;
        let mut offsets = Vec::new();
        for (_, ty) in params {
            let begin = end.next_multiple_of(self.align(ty));
            offsets.push(begin);
            end = begin + self.size(ty);
        }
        offsets
    }

    /// The numbers that a value is handed over as, outside of memory.
    pub(super) fn flat(&self, ty: &Ty) -> Result<Vec<Core>> {
        Ok(match ty {
            Ty::Bool | Ty::U32 => vec![Core::Number],
            Ty::F32 => vec![Core::Float],
            Ty::Text | Ty::Bytes | Ty::List(_) => vec![Core::Address, Core::Number],
            Ty::Option(of) => {
                let mut all = vec![Core::Number];
                all.extend(self.flat(of)?);
                all
            }
            Ty::Named(index) => match &self.named(*index)?.shape {
                Shape::Enum(_) => vec![Core::Number],
                Shape::Record(fields) => {
                    let parts: Result<Vec<_>> =
                        fields.iter().map(|field| self.flat(&field.ty)).collect();
                    parts?.concat()
                }
                Shape::Variant(..) => bail!("a variant can't be handed to the host yet"),
            },
        })
    }

    /// How many numbers a value would be.
    fn numbers(&self, ty: &Ty) -> usize {
        match ty {
            Ty::Bool | Ty::U32 | Ty::F32 => 1,
            Ty::Text | Ty::Bytes | Ty::List(_) => 2,
            Ty::Option(of) => 1 + self.numbers(of),
            Ty::Named(index) => match self.types.get(*index).map(|named| &named.shape) {
                Some(Shape::Record(fields)) => {
                    fields.iter().map(|field| self.numbers(&field.ty)).sum()
                }
                Some(Shape::Variant(cases, _)) => {
                    let carried = cases.iter().filter_map(|case| case.ty.as_ref());
                    1 + carried.map(|ty| self.numbers(ty)).max().unwrap_or(0)
                }
                Some(Shape::Enum(_)) => 1,
                None => 0,
            },
        }
    }

    /// Whether what a function gives back goes through memory.
    pub(super) fn returns_in_memory(&self, result: &Outcome) -> Result<bool> {
        Ok(match result {
            Outcome::Nothing => false,
            Outcome::Value(ty) => self.flat(ty)?.len() > 1,
            Outcome::Either(..) => true,
        })
    }

    /// Size and alignment of what a function gives back through memory.
    pub(super) fn returned(&self, result: &Outcome) -> (usize, usize) {
        match result {
            Outcome::Nothing => (0, 1),
            Outcome::Value(ty) => (self.size(ty), self.align(ty)),
            Outcome::Either(ok, error) => {
                let ok_align = ok.as_ref().map_or(1, |ty| self.align(ty));
                let align = ok_align.max(self.align(error));
                let ok_size = ok.as_ref().map_or(0, |ty| self.size(ty));
                let size = align + ok_size.max(self.size(error));
                (size.next_multiple_of(align), align)
            }
        }
    }
}

/// A value of core WebAssembly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Core {
    Number,
    Float,
    Address,
}

struct Reader<'a> {
    resolve: &'a Resolve,
    sizes: SizeAlign,
    known: HashMap<TypeId, Ty>,
    names: HashSet<String>,
    types: Vec<Named>,
}

impl Reader<'_> {
    fn function(&mut self, function: &WitFunction) -> Result<Function> {
        let params = function.params.iter();
        let params: Result<Vec<_>> = params
            .map(|one| Ok((one.name.clone(), self.ty(&one.ty)?)))
            .collect();
        Ok(Function {
            name: function.name.clone(),
            docs: words(&function.docs),
            params: params?,
            result: self.outcome(function.result.as_ref())?,
        })
    }

    fn outcome(&mut self, result: Option<&Type>) -> Result<Outcome> {
        let Some(ty) = result else {
            return Ok(Outcome::Nothing);
        };
        if let Type::Id(id) = ty
            && let Some(TypeDefKind::Result(result)) =
                self.resolve.types.get(*id).map(|def| &def.kind)
        {
            let ok = result.ok.as_ref().map(|ty| self.ty(ty)).transpose()?;
            let error = result.err.as_ref().context("an error without words")?;
            return Ok(Outcome::Either(ok, self.ty(error)?));
        }
        Ok(Outcome::Value(self.ty(ty)?))
    }

    fn ty(&mut self, ty: &Type) -> Result<Ty> {
        let id = match ty {
            Type::Bool => return Ok(Ty::Bool),
            Type::U32 => return Ok(Ty::U32),
            Type::F32 => return Ok(Ty::F32),
            Type::String => return Ok(Ty::Text),
            Type::Id(id) => *id,
            other => bail!("the bindings have no {other:?} yet"),
        };
        if let Some(known) = self.known.get(&id) {
            return Ok(known.clone());
        }
        let def = self.resolve.types.get(id).context("a type")?;
        let found = match &def.kind {
            TypeDefKind::Type(original) => self.ty(original)?,
            TypeDefKind::List(Type::U8) => Ty::Bytes,
            TypeDefKind::List(of) => Ty::List(Box::new(self.ty(of)?)),
            TypeDefKind::Option(of) => {
                let of = self.ty(of)?;
                ensure!(!matches!(of, Ty::Option(_)), "an option of an option");
                Ty::Option(Box::new(of))
            }
            TypeDefKind::Record(_) | TypeDefKind::Variant(_) | TypeDefKind::Enum(_) => {
                self.with_a_name(ty, id)?
            }
            other => bail!("the bindings have no {} yet", other.as_str()),
        };
        self.known.insert(id, found.clone());
        Ok(found)
    }

    fn with_a_name(&mut self, ty: &Type, id: TypeId) -> Result<Ty> {
        let def = self.resolve.types.get(id).context("a type")?;
        let name = def.name.clone().context("a type without a name")?;
        let shape = match &def.kind {
            TypeDefKind::Record(record) => {
                let types: Vec<Type> = record.fields.iter().map(|field| field.ty).collect();
                let offsets = self.sizes.field_offsets(&types);
                let offsets: Vec<usize> = offsets
                    .into_iter()
                    .map(|(offset, _)| offset.size_wasm32())
                    .collect();
                let fields = record.fields.iter().zip(offsets);
                Shape::Record(
                    fields
                        .map(|(field, offset)| {
                            Ok(Field {
                                name: field.name.clone(),
                                docs: words(&field.docs),
                                ty: self.ty(&field.ty)?,
                                offset,
                            })
                        })
                        .collect::<Result<_>>()?,
                )
            }
            TypeDefKind::Variant(variant) => {
                let types = variant.cases.iter().map(|case| case.ty.as_ref());
                let payload = self.sizes.payload_offset(variant.tag(), types);
                let payload = payload.size_wasm32();
                let cases = variant.cases.iter();
                let cases: Result<Vec<_>> = cases
                    .map(|case| {
                        Ok(Case {
                            name: case.name.clone(),
                            docs: words(&case.docs),
                            ty: case.ty.as_ref().map(|ty| self.ty(ty)).transpose()?,
                        })
                    })
                    .collect();
                Shape::Variant(cases?, payload)
            }
            TypeDefKind::Enum(cases) => Shape::Enum(
                cases
                    .cases
                    .iter()
                    .map(|case| Case {
                        name: case.name.clone(),
                        docs: words(&case.docs),
                        ty: None,
                    })
                    .collect(),
            ),
            other => bail!("the bindings have no {} yet", other.as_str()),
        };
        if let Shape::Variant(cases, _) | Shape::Enum(cases) = &shape {
            ensure!(cases.len() <= 256, "{name} has too many cases");
        }
        // One room for all types: authors write `Reply`, not `types::Reply`.
        ensure!(self.names.insert(name.clone()), "two types called {name}");
        self.types.push(Named {
            name,
            docs: words(&def.docs),
            shape,
            size: self.sizes.size(ty).size_wasm32(),
            align: self.sizes.align(ty).align_wasm32(),
        });
        Ok(Ty::Named(self.types.len() - 1))
    }
}

fn words(docs: &Docs) -> Option<String> {
    docs.contents.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(wit: &str) -> Result<Contract> {
        let mut resolve = Resolve::default();
        let package = resolve.push_str("t.wit", wit).unwrap();
        Contract::read(&resolve, package, "w")
    }

    const REST: &str = "world w { import i; export run: func(); }";

    #[test]
    fn layouts_are_those_of_the_canonical_abi() {
        let contract = read(&format!(
            "package a:b@0.1.0; interface i {{
               enum e {{ x, y }}
               record r {{ a: bool, b: option<string>, c: e, d: option<e>, f: list<u8> }}
               variant v {{ none, text(string), flag(bool) }}
               f: func(r: r) -> result<option<v>, string>;
             }} {REST}"
        ))
        .unwrap();
        let by_name = |name: &str| contract.types.iter().find(|one| one.name == name).unwrap();
        let Shape::Record(fields) = &by_name("r").shape else {
            panic!("no record");
        };
        let offsets: Vec<usize> = fields.iter().map(|field| field.offset).collect();
        assert_eq!(offsets, [0, 4, 16, 17, 20]);
        for (field, next) in fields.iter().zip([4, 16, 17, 20, 28]) {
            assert!(field.offset + contract.size(&field.ty) <= next);
        }
        assert_eq!((by_name("r").size, by_name("r").align), (28, 4));
        let Shape::Variant(_, payload) = by_name("v").shape else {
            panic!("no variant");
        };
        assert_eq!((payload, by_name("v").size), (4, 12));
        let function = &contract.imports[0].functions[0];
        assert_eq!(contract.returned(&function.result), (20, 4));
        assert_eq!(contract.flat(&function.params[0].1).unwrap().len(), 9);
    }

    #[test]
    fn what_no_language_can_say_yet_is_refused() {
        for (wit, told) in [
            ("f: func(a: u64);", "no U64"),
            ("flags g { a } f: func(g: g);", "no flags"),
            ("f: func() -> result<u32>;", "an error without words"),
            ("variant v { a(u32) } f: func(v: v);", "handed to the host"),
        ] {
            let wit = format!("package a:b@0.1.0; interface i {{ {wit} }} {REST}");
            let error = format!("{:#}", read(&wit).err().unwrap());
            assert!(error.contains(told), "{error}");
        }
    }
}
