//! What a host finds in the file: the root symbol and the stamp.
//!
//! Both are part of this crate's object code, and so of every library that is linked with it. An author does nothing
//! for them.
#![allow(unsafe_code)]

use abi_stable::{
    library::{__call_root_module_loader, CheckTypeLayout, LibHeader, RootModuleResult},
    prefix_type::WithMetadata,
};
use kopf_plugin_abi::v1::{PluginV1, PluginV1Ref};

use crate::glue::table;

static TABLE: &WithMetadata<PluginV1> = &table::<0>();

/// abi_stable's root symbol, under the name that its own macro would give it.
// SAFETY: the name is abi_stable's for this very type of static, and nothing else of a plugin exports it.
#[unsafe(export_name = "_1as_0lib_1header_0root_bmodule_bloader")]
static HEADER: LibHeader =
    // SAFETY: `construct` answers a `PluginV1Ref`, and no other root module.
    unsafe { LibHeader::from_constructor::<PluginV1Ref>(construct, CheckTypeLayout::Yes) };

extern "C" fn construct() -> RootModuleResult {
    __call_root_module_loader(|| PluginV1Ref(TABLE.static_as_prefix()))
}

macro_rules! stamp {
    ($panic:literal) => {
        concat!(
            "kopf-plugin\nabi=1\nabi_stable=0.11\nneeds=0.1.0\nrustc=",
            env!("KOPF_RUSTC"),
            "\ntarget=",
            env!("KOPF_TARGET"),
            "\npanic=",
            $panic,
            "\n"
        )
    };
}

#[cfg(panic = "abort")]
const TEXT: &str = stamp!("abort");
#[cfg(not(panic = "abort"))]
const TEXT: &str = stamp!("unwind");

// SAFETY: the section holds bytes alone, and is read from the file, never run.
#[used]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__kopf"))]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".kopf.stamp"))]
static STAMP: [u8; TEXT.len()] = bytes(TEXT);

const fn bytes<const LENGTH: usize>(text: &str) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    bytes.copy_from_slice(text.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use abi_stable::library::ROOT_MODULE_LOADER_NAME;
    use kopf_plugin_abi::stamp::{self, Stamp};

    use super::*;

    #[test]
    fn the_root_symbol_has_the_name_that_abi_stable_looks_for() {
        assert_eq!(ROOT_MODULE_LOADER_NAME, "_1as_0lib_1header_0root_bmodule_bloader");
        assert!(HEADER.init_root_module::<PluginV1Ref>().is_ok(), "the header leads to the table");
    }

    #[test]
    fn the_stamp_says_what_this_crate_is_built_of() {
        let found = Stamp::parse(&STAMP).expect("the stamp is well-formed");
        assert_eq!((found.abi, &*found.abi_stable), (stamp::ABI, stamp::ABI_STABLE));
        assert!(
            found.rustc.starts_with("rustc ") && found.target.contains('-') && !found.aborts,
            "{found:?}"
        );
        let own = stamp::version(env!("CARGO_PKG_VERSION")).expect("a version of Cargo");
        assert!(found.needs <= own, "no host is newer than the crate that is released with it");
        assert!(Stamp::parse(stamp!("abort").as_bytes()).is_ok_and(|stamp| stamp.aborts));
    }
}
