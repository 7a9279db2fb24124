//! The messages of Kubernetes, read from the table that `examples/generate-messages.rs` writes.
//!
//! The table is text. `g apps/v1 k8s.io.api.apps.v1` says where the messages of a version are; `m NAME` begins a message,
//! `m NAME list` one that is a list in JSON; lines like `1 metadata -TYPE` are its fields. Before the type stand signs: first what
//! becomes of a zero ([`Zero`]), then whether there are many. A message is read when it is first asked for: few are.

use std::{
    collections::HashMap,
    io::Read,
    sync::{LazyLock, OnceLock},
};

use flate2::read::DeflateDecoder;

/// The number of a message in its [`Table`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MessageId(usize);

/// All messages that there are.
#[derive(Default)]
pub(super) struct Table {
    messages: Vec<Entry>,
    by_name: HashMap<&'static str, MessageId>,
    /// The package of each `group/version`.
    packages: HashMap<&'static str, &'static str>,
}

/// A message as it stands in the table, and as it is read.
struct Entry {
    form: Form,
    lines: &'static str,
    read: OnceLock<Message>,
}

pub(super) struct Message {
    pub(super) form: Form,
    /// In the order of their numbers.
    fields: Vec<Field>,
    /// Which comes when in Go's type.
    declared: Vec<usize>,
    /// Whether what it is may stand before its fields, for none of them is called so.
    typed: bool,
}

/// What a message is in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Object,
    /// Its `items` alone.
    List,
    /// Its only field holds JSON.
    Json,
    /// The same, which a server has read and written again, with its keys in order.
    Sorted,
    Quantity,
    IntOrString,
    Time,
    MicroTime,
    /// A schema or several.
    SchemaOrSchemas,
    /// A schema, or whether anything is allowed.
    SchemaOrBool,
    /// A schema or names.
    SchemaOrNames,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) number: u32,
    pub(super) name: &'static str,
    pub(super) zero: Zero,
    pub(super) many: Many,
    pub(super) ty: Type,
}

/// What becomes of a value that is zero, or of one that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zero {
    /// It is shown as it came.
    Shown,
    /// `-`: a scalar that is zero is not shown.
    ScalarOmitted,
    /// `0`: nor is an object or a time that is.
    Omitted,
    /// `!`: what is not there is shown as `null`.
    Null,
    /// `=`: what is not there is shown as zero.
    Always,
    /// `^`: the fields of the value stand among those around it.
    Inline,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Many {
    One,
    /// `*`
    List,
    /// `%`: by names.
    Map,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Bytes,
    Bool,
    Int32,
    Int64,
    Double,
    Message(MessageId),
}

const META: &str = "k8s.io.apimachinery.pkg.apis.meta.v1";

impl Table {
    pub(super) fn get() -> &'static Table {
        static TEXT: LazyLock<String> = LazyLock::new(|| {
            let mut text = String::new();
            let compressed = &include_bytes!("messages.deflate")[..];
            DeflateDecoder::new(compressed)
                .read_to_string(&mut text)
                .expect("the table was checked in whole");
            text
        });
        static TABLE: LazyLock<Table> = LazyLock::new(|| Table::parse(&TEXT));
        &TABLE
    }

    fn parse(text: &'static str) -> Self {
        let mut table = Table::default();
        let mut messages = text.split("\nm ");
        let groups = messages.next().unwrap_or_default().lines().filter_map(|line| line.strip_prefix("g "));
        table.packages.extend(groups.filter_map(|group| group.split_once(' ')));
        for message in messages {
            let (begin, lines) = message.split_once('\n').unwrap_or((message, ""));
            let (name, list) = begin.split_once(' ').map_or((begin, false), |(name, _)| (name, true));
            table.by_name.insert(name, MessageId(table.messages.len()));
            table.messages.push(Entry { form: Form::of(name, list), lines, read: OnceLock::new() });
        }
        table
    }

    fn read(&self, entry: &Entry) -> Message {
        let fields = entry.lines.lines().filter_map(|line| line.split_once(' '));
        let fields = fields.map(|(number, field)| {
            self.field(number, field).expect("the table was written by its generator")
        });
        let fields: Vec<Field> = fields.collect();
        let mut declared: Vec<usize> = (0..fields.len()).collect();
        let mut fields: Vec<(usize, Field)> = fields.into_iter().enumerate().collect();
        fields.sort_by_key(|(_, field)| field.number);
        declared.sort_by_key(|at| fields[*at].0);
        let fields: Vec<Field> = fields.into_iter().map(|(_, field)| field).collect();
        let typed = !fields.iter().any(|field| ["apiVersion", "kind"].contains(&field.name));
        Message { form: entry.form, fields, declared, typed }
    }

    fn field(&self, number: &str, field: &'static str) -> Option<Field> {
        let (name, ty) = field.split_once(' ')?;
        let sign = |ty: &'static str, sign| ty.strip_prefix(sign);
        let (zero, ty) = match ty.as_bytes().first()? {
            b'-' => (Zero::ScalarOmitted, sign(ty, '-')?),
            b'0' => (Zero::Omitted, sign(ty, '0')?),
            b'!' => (Zero::Null, sign(ty, '!')?),
            b'=' => (Zero::Always, sign(ty, '=')?),
            b'^' => (Zero::Inline, sign(ty, '^')?),
            _ => (Zero::Shown, ty),
        };
        let (many, ty) = match ty.as_bytes().first()? {
            b'*' => (Many::List, sign(ty, '*')?),
            b'%' => (Many::Map, sign(ty, '%')?),
            _ => (Many::One, ty),
        };
        let ty = match ty {
            "string" => Type::Text,
            "bytes" => Type::Bytes,
            "bool" => Type::Bool,
            "int32" => Type::Int32,
            "int64" => Type::Int64,
            "double" => Type::Double,
            name => Type::Message(*self.by_name.get(name)?),
        };
        Some(Field { number: number.parse().ok()?, name, zero, many, ty })
    }

    /// The message of a kind. What every group has, like `DeleteOptions`, has its message in the group of metadata.
    pub(super) fn of_kind(&self, api_version: &str, kind: &str) -> Option<MessageId> {
        let in_package = |package: &str| self.by_name.get(&*format!("{package}.{kind}")).copied();
        let own = self.packages.get(api_version).and_then(|package| in_package(package));
        own.or_else(|| kind.ends_with("Options").then(|| in_package(META)).flatten())
    }

    /// The message of what is answered with. What is of no group, like `Status`, has its message where metadata has.
    pub(super) fn of_answer(&self, api_version: &str, kind: &str) -> Option<MessageId> {
        let shared = || {
            self.by_name
                .get(&*format!("{META}.{kind}"))
                .copied()
                .filter(|_| ["", "v1", "meta.k8s.io/v1beta1"].contains(&api_version))
        };
        self.of_kind(api_version, kind).or_else(shared)
    }

    pub(super) fn message(&self, id: MessageId) -> &Message {
        let entry = &self.messages[id.0];
        entry.read.get_or_init(|| self.read(entry))
    }
}

impl Message {
    pub(super) fn field(&self, number: u32) -> Option<&Field> {
        let found = self.fields.binary_search_by_key(&number, |field| field.number).ok()?;
        Some(&self.fields[found])
    }

    pub(super) fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// In the order in which Go's type has them.
    pub(super) fn fields_as_declared(&self) -> impl Iterator<Item = &Field> {
        self.declared.iter().map(|at| &self.fields[*at])
    }

    pub(super) fn is_typed(&self) -> bool {
        self.typed
    }

    /// The fields that are shown even where they are not there.
    pub(super) fn never_absent(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.zero == Zero::Null)
    }
}

impl Form {
    fn of(name: &str, list: bool) -> Self {
        let schemas = "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.";
        match name {
            "k8s.io.apimachinery.pkg.api.resource.Quantity" => Form::Quantity,
            "k8s.io.apimachinery.pkg.util.intstr.IntOrString" => Form::IntOrString,
            "k8s.io.apimachinery.pkg.runtime.RawExtension" => Form::Json,
            name if name.strip_prefix(META) == Some(".FieldsV1") => Form::Json,
            name if name.strip_prefix(META) == Some(".Time") => Form::Time,
            name if name.strip_prefix(META) == Some(".MicroTime") => Form::MicroTime,
            name => match name.strip_prefix(schemas) {
                Some("JSON") => Form::Sorted,
                Some("JSONSchemaPropsOrArray") => Form::SchemaOrSchemas,
                Some("JSONSchemaPropsOrBool") => Form::SchemaOrBool,
                Some("JSONSchemaPropsOrStringArray") => Form::SchemaOrNames,
                _ if list => Form::List,
                _ => Form::Object,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_of_the_table_is_read() {
        let table = Table::get();
        assert!(table.messages.len() > 600 && table.packages.len() > 20);
        for (name, id) in &table.by_name {
            let message = table.message(*id);
            let numbers = message.fields.windows(2).all(|pair| pair[0].number < pair[1].number);
            assert!(numbers, "{name}");
        }
        assert_eq!(table.message(table.of_kind("apps/v1", "Deployment").unwrap()).fields.len(), 3);
    }
}
