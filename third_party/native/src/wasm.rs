//! WebAssembly: what wasmparser says of a module, item by item, and the settings of Wasmtime for which its C interface
//! has no function. Wasmtime itself is used through its own C headers.

use crate::bytes;
use core::ffi::c_void;
use wasmparser::{
    CompositeInnerType, ElementItems, ExternalKind, FuncToValidate, FuncType, FuncValidatorAllocations, FunctionBody,
    Parser, Payload, TypeRef, ValType, ValidPayload, Validator, ValidatorResources, WasmFeatures,
};
use wasmtime_c_api::wasmtime::{Config, OperatorCost};

/// WebAssembly 2.0 without SIMD and without references to the host's objects.
const FEATURES: WasmFeatures = WasmFeatures::MUTABLE_GLOBAL
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY);
const WITH_FLOATS: WasmFeatures = FEATURES.union(WasmFeatures::FLOATS).union(WasmFeatures::SATURATING_FLOAT_TO_INT);

// As in native.h.
const VALID: u32 = 0;
const VALID_WITH_FLOATS: u32 = 1;
const MALFORMED: u32 = 2;
const STOPPED: u32 = 3;

#[repr(u32)]
enum Kind {
    Types,
    Type,
    Imports,
    Import,
    Functions,
    Table,
    Memory,
    Globals,
    Exports,
    Export,
    Start,
    Elements,
    Element,
    Data,
    Body,
}

#[repr(C)]
pub struct Item {
    kind: u32,
    a: u64,
    b: u64,
    module: *const u8,
    module_len: usize,
    name: *const u8,
    name_len: usize,
    signature: *const u8,
    signature_len: usize,
}

type Sink = unsafe extern "C" fn(context: *mut c_void, item: *const Item) -> bool;

enum End {
    Malformed,
    Stopped,
}

impl From<wasmparser::BinaryReaderError> for End {
    fn from(_: wasmparser::BinaryReaderError) -> Self {
        End::Malformed
    }
}

struct Reporter {
    sink: Sink,
    context: *mut c_void,
}

impl Reporter {
    fn named(&self, kind: Kind, a: u64, b: u64, module: &str, name: &str, signature: &str) -> Result<(), End> {
        let item = Item {
            kind: kind as u32,
            a,
            b,
            module: module.as_ptr(),
            module_len: module.len(),
            name: name.as_ptr(),
            name_len: name.len(),
            signature: signature.as_ptr(),
            signature_len: signature.len(),
        };
        if unsafe { (self.sink)(self.context, &item) } { Ok(()) } else { Err(End::Stopped) }
    }

    fn item(&self, kind: Kind, a: u64, b: u64) -> Result<(), End> {
        self.named(kind, a, b, "", "", "")
    }
}

fn signature(ty: &FuncType) -> String {
    let letter = |t: &ValType| match t {
        ValType::I32 => 'i',
        ValType::I64 => 'l',
        ValType::F32 => 'f',
        ValType::F64 => 'd',
        ValType::V128 => 'v',
        ValType::Ref(_) => 'r',
    };
    ty.params().iter().map(letter).chain(core::iter::once(':')).chain(ty.results().iter().map(letter)).collect()
}

/// Types of functions by index: what imports and exports are reported with.
#[derive(Default)]
struct Signatures {
    types: Vec<String>,
    functions: Vec<u32>,
}

impl Signatures {
    fn of_type(&self, index: u32) -> Result<&str, End> {
        self.types.get(index as usize).map(String::as_str).ok_or(End::Malformed)
    }

    fn of_function(&self, index: u32) -> Result<&str, End> {
        self.of_type(*self.functions.get(index as usize).ok_or(End::Malformed)?)
    }
}

fn report(payload: &Payload, to: &Reporter, seen: &mut Signatures) -> Result<(), End> {
    match payload {
        Payload::TypeSection(section) => {
            to.item(Kind::Types, section.count().into(), 0)?;
            for group in section.clone() {
                for ty in group?.types() {
                    let CompositeInnerType::Func(f) = &ty.composite_type.inner else { return Err(End::Malformed) };
                    to.item(Kind::Type, f.params().len() as u64, f.results().len() as u64)?;
                    seen.types.push(signature(f));
                }
            }
        }
        Payload::ImportSection(section) => {
            to.item(Kind::Imports, section.count().into(), 0)?;
            for import in section.clone().into_imports() {
                let import = import?;
                let signature = match import.ty {
                    TypeRef::Func(index) => {
                        seen.functions.push(index);
                        seen.of_type(index)?
                    }
                    _ => "",
                };
                to.named(Kind::Import, 0, 0, import.module, import.name, signature)?;
            }
        }
        Payload::FunctionSection(section) => {
            to.item(Kind::Functions, section.count().into(), 0)?;
            for index in section.clone() {
                seen.functions.push(index?);
            }
        }
        Payload::TableSection(section) => {
            for table in section.clone() {
                let ty = table?.ty;
                to.item(Kind::Table, ty.initial, ty.maximum.unwrap_or(u64::MAX))?;
            }
        }
        Payload::MemorySection(section) => {
            for memory in section.clone() {
                let ty = memory?;
                to.item(Kind::Memory, ty.initial, ty.maximum.unwrap_or(u64::MAX))?;
            }
        }
        Payload::GlobalSection(section) => to.item(Kind::Globals, section.count().into(), 0)?,
        Payload::ExportSection(section) => {
            to.item(Kind::Exports, section.count().into(), 0)?;
            for export in section.clone() {
                let export = export?;
                let (kind, signature) = match export.kind {
                    ExternalKind::Func => (0, seen.of_function(export.index)?),
                    ExternalKind::Memory => (1, ""),
                    _ => (2, ""),
                };
                to.named(Kind::Export, kind, 0, "", export.name, signature)?;
            }
        }
        Payload::StartSection { .. } => to.item(Kind::Start, 0, 0)?,
        Payload::ElementSection(section) => {
            to.item(Kind::Elements, section.count().into(), 0)?;
            for element in section.clone() {
                let entries = match element?.items {
                    ElementItems::Functions(items) => items.count(),
                    ElementItems::Expressions(_, items) => items.count(),
                };
                to.item(Kind::Element, entries.into(), 0)?;
            }
        }
        Payload::DataSection(section) => to.item(Kind::Data, section.count().into(), 0)?,
        Payload::CodeSectionEntry(body) => {
            let mut locals = 0;
            for group in body.get_locals_reader()? {
                locals += u64::from(group?.0);
            }
            to.item(Kind::Body, body.range().len() as u64, locals)?;
        }
        _ => {}
    }
    Ok(())
}

/// A validator that goes through the bodies of functions as they come.
struct Checker {
    validator: Validator,
    allocations: FuncValidatorAllocations,
}

impl Checker {
    fn new(features: WasmFeatures) -> Self {
        Self { validator: Validator::new_with_features(features), allocations: Default::default() }
    }

    fn check(&mut self, payload: &Payload) -> Result<(), wasmparser::BinaryReaderError> {
        if let ValidPayload::Func(function, body) = self.validator.payload(payload)? {
            self.body(function, &body)?;
        }
        Ok(())
    }

    fn body(
        &mut self,
        function: FuncToValidate<ValidatorResources>,
        body: &FunctionBody,
    ) -> Result<(), wasmparser::BinaryReaderError> {
        let mut function = function.into_validator(core::mem::take(&mut self.allocations));
        let verdict = function.validate(body);
        self.allocations = function.into_allocations();
        verdict
    }
}

fn scan(module: &[u8], to: &Reporter) -> Result<u32, End> {
    let mut seen = Signatures::default();
    let mut with_floats = Checker::new(WITH_FLOATS);
    let mut without = Some(Checker::new(FEATURES));
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        report(&payload, to, &mut seen)?;
        with_floats.check(&payload)?;
        if without.as_mut().is_some_and(|checker| checker.check(&payload).is_err()) {
            without = None;
        }
    }
    Ok(if without.is_some() { VALID } else { VALID_WITH_FLOATS })
}

/// # Safety
/// `module` `module_len` bytes; `sink` as native.h states.
#[no_mangle]
pub unsafe extern "C" fn aether_native_wasm_scan(
    module: *const u8,
    module_len: usize,
    sink: Sink,
    context: *mut c_void,
) -> u32 {
    match scan(unsafe { bytes(module, module_len) }, &Reporter { sink, context }) {
        Ok(verdict) => verdict,
        Err(End::Malformed) => MALFORMED,
        Err(End::Stopped) => STOPPED,
    }
}

#[repr(C)]
pub struct FuelCosts {
    divide_32: u8,
    divide_64: u8,
    call_indirect: u8,
    bulk: u8,
    grow: u8,
}

/// # Safety
/// `config` is a `wasm_config_t` of Wasmtime's C interface, which is one `Config` and nothing else.
#[no_mangle]
pub unsafe extern "C" fn aether_native_wasm_configure(config: *mut c_void, costs: *const FuelCosts) {
    const _: () = assert!(size_of::<wasmtime_c_api::wasm_config_t>() == size_of::<Config>());
    let (config, costs) = unsafe { (&mut *config.cast::<Config>(), &*costs) };
    let mut table = OperatorCost::new();
    for cost in [&mut table.I32DivS, &mut table.I32DivU, &mut table.I32RemS, &mut table.I32RemU] {
        *cost = costs.divide_32;
    }
    for cost in [&mut table.I64DivS, &mut table.I64DivU, &mut table.I64RemS, &mut table.I64RemU] {
        *cost = costs.divide_64;
    }
    table.CallIndirect = costs.call_indirect;
    for cost in [
        &mut table.MemoryCopy,
        &mut table.MemoryFill,
        &mut table.MemoryInit,
        &mut table.TableCopy,
        &mut table.TableFill,
        &mut table.TableInit,
    ] {
        *cost = costs.bulk;
    }
    table.MemoryGrow = costs.grow;
    table.TableGrow = costs.grow;
    config.operator_cost(table);
    config.wasm_backtrace_max_frames(None);
    // Initial memory is an image only where data fill half of it: else two bytes far from each other would be as much
    // machine code on disk as the whole memory between them. Other data are copied into each instance.
    config.memory_guaranteed_dense_image_size(0);
}
