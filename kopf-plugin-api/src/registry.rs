//! What the attributes have registered, and the manifest made of it.

use kopf_plugin_abi::wire::{Declaration, Manifest, On, Options, SelectBy, Wants};

use crate::{
    __private::{Answer, Answering, wants},
    call::Call,
    subhandlers::declare::Inner,
};

/// One attribute on one function.
pub struct Registration {
    /// The package that declares it.
    pub package: &'static str,
    /// The version of that package.
    pub version: &'static str,
    /// The function's path.
    pub function: &'static str,
    /// The place of the attribute.
    pub file: &'static str,
    /// The place of the attribute.
    pub line: u32,
    /// The place of the attribute.
    pub column: u32,
    /// The line and the column of the function's name, and those of the attribute, as a macro that has made both was given
    /// them.
    pub order: [u32; 4],
    /// The handler's id.
    pub id: &'static str,
    /// What calls it.
    pub on: On,
    /// The strings that select the resource.
    pub selector: &'static [&'static str],
    /// What the last of them names.
    pub select_by: SelectBy,
    /// What its arguments want.
    pub wants: Wants,
    /// Its options.
    pub options: fn() -> Options,
    /// The functions that its options ask. The first is question number one.
    pub questions: &'static [fn(&Call) -> Answer],
    /// The function.
    pub run: Run,
}

/// A handler's function, with its arguments taken from the call.
#[derive(Clone, Copy)]
pub enum Run {
    /// Of an `fn`.
    Sync(fn(&Call) -> Answer),
    /// Of an `async fn`.
    Async(fn(Call) -> Answering),
}

/// The package that is the plugin: what [`crate::plugin!`] registers.
pub struct Main {
    /// Its name.
    pub package: &'static str,
    /// Its version.
    pub version: &'static str,
}

inventory::collect!(Registration);
inventory::collect!(Main);

/// Names the package that is the plugin, where it has handlers of several packages in it.
///
/// A plugin is named after the package of its handlers. Handlers of a library crate take part as well, where that
/// crate is linked (`use that_crate as _;`); then the plugin's own crate says which of the names it is:
///
/// ```
/// kopf_plugin_api::plugin!();
/// ```
#[macro_export]
macro_rules! plugin {
    () => {
        const _: () = {
            $crate::__private::inventory::submit! {
                $crate::__private::Main {
                    package: ::core::env!("CARGO_PKG_NAME"),
                    version: ::core::env!("CARGO_PKG_VERSION"),
                }
            }
        };
    };
}

/// A plugin's handlers, in the order of the manifest.
pub(crate) struct Registry {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    pub(crate) handlers: Vec<&'static Registration>,
}

impl Registry {
    /// What is linked: of one package, or of all.
    pub(crate) fn linked(package: Option<&str>) -> Result<Registry, String> {
        let mains = inventory::iter::<Main>().map(|main| (main.package, main.version));
        Registry::new(inventory::iter::<Registration>().collect(), mains.collect(), package)
    }

    fn new(
        mut handlers: Vec<&'static Registration>,
        mut mains: Vec<(&'static str, &'static str)>,
        package: Option<&str>,
    ) -> Result<Registry, String> {
        if let Some(package) = package {
            handlers.retain(|handler| handler.package == package);
            mains.retain(|(name, _)| *name == package);
        }
        // What one macro has made stands in one place, whatever it is; in a table of a macro's own, names tell it apart.
        handlers.sort_by_key(|handler| {
            let Registration { package, file, line, column, order, function, id, .. } = handler;
            (*package, *file, *line, *column, *order, *function, *id)
        });
        let mut packages: Vec<_> =
            handlers.iter().map(|handler| (handler.package, handler.version)).collect();
        packages.dedup();
        let (name, version) = match (&mains[..], &packages[..]) {
            ([main], _) => *main,
            ([], []) => ("", ""),
            ([], [package]) => *package,
            (mains, packages) => {
                let several = if mains.is_empty() { packages } else { mains };
                let names: Vec<&str> = several.iter().map(|(name, _)| *name).collect();
                return Err(format!(
                    "handlers of several packages are linked ({}) and the plugin has no name: write \
                     `kopf_plugin_api::plugin!();` in the one crate that is the plugin",
                    names.join(", ")
                ));
            }
        };
        Ok(Registry { name, version, handlers })
    }

    pub(crate) fn manifest(&self) -> Manifest {
        Manifest {
            name: self.name.to_owned(),
            version: self.version.to_owned(),
            rustc: env!("KOPF_RUSTC").to_owned(),
            handlers: self.handlers.iter().map(|handler| handler.declaration()).collect(),
        }
    }
}

impl Registration {
    /// What its arguments want, and those of the functions inside of it.
    pub(crate) fn all_wants(&self) -> Wants {
        let inner = inventory::iter::<Inner>().filter(|inner| inner.handler == self.function);
        inner.fold(self.wants, |sum, inner| wants(&[sum, inner.wants]))
    }

    fn declaration(&self) -> Declaration {
        Declaration {
            id: self.id.to_owned(),
            on: self.on,
            selector: self.selector.iter().map(|&text| text.to_owned()).collect(),
            select_by: self.select_by,
            asynchronous: matches!(self.run, Run::Async(_)),
            function: self.function.to_owned(),
            package: self.package.to_owned(),
            file: self.file.to_owned(),
            line: self.line,
            wants: self.all_wants(),
            options: (self.options)(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn handler(package: &'static str, file: &'static str, line: u32, id: &'static str) -> Registration {
        Registration {
            package,
            version: "1.2.3",
            function: id,
            file,
            line,
            column: 1,
            order: [0; 4],
            id,
            on: On::Create,
            selector: &["pods"],
            select_by: SelectBy::Name,
            wants: Wants::NONE,
            options: Options::default,
            questions: &[],
            run: Run::Sync(|_| Ok(None)),
        }
    }

    static WEB: [Registration; 3] = [
        handler("web", "src/b.rs", 1, "third"),
        handler("web", "src/a.rs", 9, "second"),
        handler("web", "src/a.rs", 2, "first"),
    ];
    static SHARED: [Registration; 1] = [handler("shared", "src/lib.rs", 1, "other")];

    #[track_caller]
    fn check(
        mains: &[&'static str],
        package: Option<&str>,
        handlers: &[&'static [Registration]],
        expected: &str,
    ) {
        let handlers = handlers.iter().flat_map(|all| all.iter()).collect();
        let mains = mains.iter().map(|name| (*name, "4.5.6")).collect();
        let found = match Registry::new(handlers, mains, package) {
            Ok(found) => {
                let ids: Vec<&str> = found.handlers.iter().map(|handler| handler.id).collect();
                format!("{} {}: {}", found.name, found.version, ids.join(" "))
            }
            Err(error) => error,
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn handlers_stand_in_the_order_of_their_declaration() {
        check(&[], None, &[&WEB], "web 1.2.3: first second third");
        check(&["web"], None, &[&WEB, &SHARED], "web 4.5.6: other first second third");
    }

    #[test]
    fn a_package_that_is_asked_for_has_its_own_handlers_alone() {
        check(&[], Some("web"), &[&WEB, &SHARED], "web 1.2.3: first second third");
        check(&["web"], Some("shared"), &[&WEB, &SHARED], "shared 1.2.3: other");
        check(&[], Some("nobody"), &[&WEB, &SHARED], " : ");
    }

    #[test]
    fn several_packages_without_a_name_for_the_plugin_are_an_error() {
        let expected = |names: &str| {
            format!(
                "handlers of several packages are linked ({names}) and the plugin has no name: write \
                 `kopf_plugin_api::plugin!();` in the one crate that is the plugin"
            )
        };
        check(&[], None, &[&WEB, &SHARED], &expected("shared, web"));
        check(&["web", "shared"], None, &[&WEB, &SHARED], &expected("web, shared"));
    }
}
