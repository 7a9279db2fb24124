//! The messages of Kubernetes, read from the table that `examples/generate-messages.rs` writes.
//!
//! The table is text. `g apps/v1 k8s.io.api.apps.v1` says where the messages of a version are; `m NAME` begins a message,
//! `m NAME list` one that is a list in JSON; lines like `1 metadata -TYPE` are its fields. Before the type stand signs: first what
//! becomes of a zero ([`Zero`]), then whether there are many.

use std::{collections::HashMap, io::Read, sync::LazyLock};

use flate2::read::DeflateDecoder;

/// The number of a message in its [`Table`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MessageId(usize);

/// All messages that there are.
#[derive(Default)]
pub(super) struct Table {
    messages: Vec<Message>,
    by_name: HashMap<&'static str, MessageId>,
    /// The package of each `group/version`.
    packages: HashMap<&'static str, &'static str>,
}

pub(super) struct Message {
    pub(super) form: Form,
    /// In the order of their numbers.
    fields: Vec<Field>,
}

/// What a message is in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Object,
    /// Its `items` alone.
    List,
    /// Its only field holds JSON.
    Json,
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
        for name in text.lines().filter_map(|line| line.strip_prefix("m ")) {
            let (name, list) = name.split_once(' ').map_or((name, false), |(name, _)| (name, true));
            table.by_name.insert(name, MessageId(table.messages.len()));
            table.messages.push(Message { form: Form::of(name, list), fields: Vec::new() });
        }
        let mut begun = 0;
        for line in text.lines() {
            match line.split_once(' ') {
                Some(("g", group)) => table.packages.extend(group.split_once(' ')),
                Some(("m", _)) => begun += 1,
                Some((number, field)) => {
                    let field = table.field(number, field).expect("the table was written by its generator");
                    table.messages[begun - 1].fields.push(field);
                }
                None => {}
            }
        }
        for message in &mut table.messages {
            message.fields.sort_by_key(|field| field.number);
        }
        table
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
                .filter(|_| ["", "v1"].contains(&api_version))
        };
        self.of_kind(api_version, kind).or_else(shared)
    }

    pub(super) fn message(&self, id: MessageId) -> &Message {
        &self.messages[id.0]
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
                Some("JSON") => Form::Json,
                Some("JSONSchemaPropsOrArray") => Form::SchemaOrSchemas,
                Some("JSONSchemaPropsOrBool") => Form::SchemaOrBool,
                Some("JSONSchemaPropsOrStringArray") => Form::SchemaOrNames,
                _ if list => Form::List,
                _ => Form::Object,
            },
        }
    }
}
