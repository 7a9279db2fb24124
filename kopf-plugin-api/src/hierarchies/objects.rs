//! Objects and trees of objects, each of which can be changed.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Error, kind_of};

/// An object, or any nesting of them.
pub trait Objects {
    /// Does something with each object, in order, until it fails.
    ///
    /// # Errors
    ///
    /// What that fails with; [`Error::NotAnObject`] for what is neither an object nor a list.
    fn each(&mut self, visit: &mut dyn FnMut(&mut Value) -> Result<(), Error>) -> Result<(), Error>;
}

impl Objects for Value {
    fn each(&mut self, visit: &mut dyn FnMut(&mut Value) -> Result<(), Error>) -> Result<(), Error> {
        match self {
            Value::Object(_) => visit(self),
            Value::Array(all) => all.each(visit),
            other => Err(Error::NotAnObject(kind_of(other).to_owned())),
        }
    }
}

impl<T: Objects> Objects for [T] {
    fn each(&mut self, visit: &mut dyn FnMut(&mut Value) -> Result<(), Error>) -> Result<(), Error> {
        self.iter_mut().try_for_each(|objects| objects.each(visit))
    }
}

impl<T: Objects, const N: usize> Objects for [T; N] {
    fn each(&mut self, visit: &mut dyn FnMut(&mut Value) -> Result<(), Error>) -> Result<(), Error> {
        self.as_mut_slice().each(visit)
    }
}

impl<T: Objects> Objects for Vec<T> {
    fn each(&mut self, visit: &mut dyn FnMut(&mut Value) -> Result<(), Error>) -> Result<(), Error> {
        self.as_mut_slice().each(visit)
    }
}

impl<T: Objects> Objects for Option<T> {
    fn each(&mut self, visit: &mut dyn FnMut(&mut Value) -> Result<(), Error>) -> Result<(), Error> {
        self.iter_mut().try_for_each(|objects| objects.each(visit))
    }
}

impl<T: Objects + ?Sized> Objects for &mut T {
    fn each(&mut self, visit: &mut dyn FnMut(&mut Value) -> Result<(), Error>) -> Result<(), Error> {
        (**self).each(visit)
    }
}

/// An object of a type of one's own, by way of JSON. Made by [`typed`].
pub struct Typed<'a, T>(&'a mut T);

/// An object of a type that serde can write and read, such as one of `k8s-openapi`.
///
/// ```
/// # use kopf_plugin_api::{hierarchies::{self, Options, typed}, prelude::*, serde::{Deserialize, Serialize}};
/// #[derive(Serialize, Deserialize)]
/// #[serde(crate = "kopf::serde")]
/// struct Site {
///     metadata: Value,
/// }
///
/// let mut site = Site { metadata: json!({ "name": "one" }) };
/// let options = Options::new().labels([("app", "web")]);
/// hierarchies::label(&mut typed(&mut site), &options)?;
/// assert_eq!(site.metadata["labels"]["app"], "web");
/// # Ok::<(), hierarchies::Error>(())
/// ```
pub fn typed<T: Serialize + DeserializeOwned>(object: &mut T) -> Typed<'_, T> {
    Typed(object)
}

impl<T: Serialize + DeserializeOwned> Objects for Typed<'_, T> {
    fn each(&mut self, visit: &mut dyn FnMut(&mut Value) -> Result<(), Error>) -> Result<(), Error> {
        let not_json = |error: serde_json::Error| Error::NotJson(error.to_string());
        let mut value = serde_json::to_value(&*self.0).map_err(not_json)?;
        value.each(visit)?;
        *self.0 = serde_json::from_value(value).map_err(not_json)?;
        Ok(())
    }
}
