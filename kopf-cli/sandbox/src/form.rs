//! The forms in which an answer shows objects: whole, as rows of a table, or by their metadata alone.

mod ages;
mod cells;
mod columns;
mod custom;
mod networks;
mod pods;
mod volumes;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{
    builtin, json as deep,
    kinds::PODS,
    object, printed,
    protobuf::layout,
    request::Query,
    resources::{API_SERVICES, DEFINITIONS, View},
    status::Status,
    watch::INITIAL_EVENTS_END,
};

use columns::{Cell, Column};
pub(crate) use custom::{Printed, printed};

const STORAGE_CLASSES: &str = "storageclasses.storage.k8s.io";

/// A version of the group that tables and metadata are kinds of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meta {
    V1,
    V1beta1,
}

/// What of its object a row brings with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Include {
    Nothing,
    Metadata,
    Object,
}

/// How an answer shows objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Whole,
    Table(Meta, Include),
    Metadata(Meta),
}

impl Meta {
    fn api_version(self) -> &'static str {
        match self {
            Meta::V1 => "meta.k8s.io/v1",
            Meta::V1beta1 => "meta.k8s.io/v1beta1",
        }
    }
}

impl Include {
    /// # Errors
    ///
    /// 400 for a word that the API does not know.
    pub(crate) fn parse(query: &Query) -> Result<Include, Status> {
        match query.get("includeObject") {
            "" | "Metadata" => Ok(Include::Metadata),
            "None" => Ok(Include::Nothing),
            "Object" => Ok(Include::Object),
            other => Err(Status::bad_request(format!(
                "Unable to convert to Table as requested: includeObject: Invalid value: {}: must be 'Metadata', \
                 'Object', 'None', or empty",
                printed::json(&other.into())
            ))),
        }
    }
}

/// What tables are made of: columns, and the moment that ages are told at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sheet<'a> {
    columns: Columns<'a>,
    view: Option<&'a View>,
    now: Timestamp,
}

#[derive(Debug, Clone, Copy)]
enum Columns<'a> {
    /// By the resource's key.
    BuiltIn(&'a str, &'static [Column]),
    Custom(&'a [Printed]),
}

impl<'a> Sheet<'a> {
    pub(crate) fn of(view: &'a View, now: Timestamp) -> Self {
        let columns = if view.resource.rules.custom {
            Columns::Custom(&view.version().columns)
        } else {
            Columns::BuiltIn(&view.resource.key, columns::of(&view.resource.key).unwrap_or(columns::USUAL))
        };
        Sheet { columns, view: Some(view), now }
    }

    /// The sheet of the subresource `/scale` of an object.
    pub(crate) fn of_scales(view: &View, now: Timestamp) -> Self {
        let columns = if view.resource.rules.custom { columns::CUSTOM_SCALE } else { columns::SCALE };
        Sheet { columns: Columns::BuiltIn("scale", columns), view: None, now }
    }

    fn headers(&self) -> Value {
        match self.columns {
            Columns::BuiltIn(_, columns) => columns.iter().map(Column::header).collect(),
            Columns::Custom(printed) => custom::headers(printed),
        }
    }

    fn cells(&self, object: &Value) -> Vec<Value> {
        match (self.columns, self.view) {
            // Columns speak of objects as they are stored: Events are shown in two groups.
            (Columns::BuiltIn(_, columns), Some(view)) if !view.version().storage => {
                let mut stored = object.clone();
                object::unshow(&mut stored, view);
                columns.iter().map(|column| column.cell(&stored, self.now)).collect()
            }
            (Columns::BuiltIn(_, columns), _) => {
                columns.iter().map(|column| column.cell(object, self.now)).collect()
            }
            (Columns::Custom(printed), _) => custom::cells(printed, object, self.now),
        }
    }

    /// A row of an object, which is marked where it is the default.
    fn row(&self, object: Value, meta: Meta, include: Include, is_default: bool) -> String {
        let mut row = json!({ "cells": self.cells(&object) });
        if let (true, Value::String(name)) = (is_default, &mut row["cells"][0]) {
            name.push_str(" (default)");
        }
        if let Some((reason, message)) = self.end(&object) {
            let condition =
                json!({ "type": "Completed", "status": "True", "reason": reason, "message": message });
            row["conditions"] = json!([condition]);
        }
        let object = match include {
            // The bookmark that ends what there was at first has to be known as such.
            Include::Nothing if at(&object, "metadata.annotations")[INITIAL_EVENTS_END].is_string() => {
                metadata_alone(object, meta)
            }
            Include::Nothing => "null".to_owned(),
            Include::Metadata => metadata_alone(object, meta),
            Include::Object => deep::text(&object),
        };
        let row = deep::text(&row);
        format!(r#"{},"object":{object}}}"#, row.strip_suffix('}').unwrap_or(&row))
    }

    fn is_of(&self, resource: &str) -> bool {
        matches!(self.columns, Columns::BuiltIn(key, _) if key == resource)
    }

    fn end(&self, object: &Value) -> Option<(&'static str, &'static str)> {
        if self.is_of(PODS) { pods::end(object) } else { None }
    }

    /// Lists of what has no columns of its own have no empty list of rows, but none.
    fn no_rows(&self) -> Value {
        match self.columns {
            Columns::BuiltIn(key, _) if columns::of(key).is_none() || key == DEFINITIONS => Value::Null,
            _ => json!([]),
        }
    }
}

impl Form {
    /// An object in this form; of the events of a watch, only the first has the headers of a table.
    pub(crate) fn show(self, object: &Bytes, depth: usize, sheet: Sheet<'_>, headers: bool) -> Bytes {
        if self == Form::Whole {
            return object.clone();
        }
        deep::with_stack(depth + 3, || {
            let value = deep::parse(object).expect("what the store serialized parses");
            let shown = match self {
                Form::Whole => deep::text(&value),
                Form::Metadata(meta) => metadata_alone(value, meta),
                Form::Table(meta, include) => {
                    // What was not written has no version.
                    let metadata = match at(&value, "metadata.resourceVersion") {
                        Value::Null => json!({}),
                        version => json!({ "resourceVersion": version }),
                    };
                    let row = sheet.row(value, meta, include, false);
                    let headers =
                        if headers || sheet.is_of(API_SERVICES) { sheet.headers() } else { Value::Null };
                    let empty = table(meta, &metadata, &headers, &json!([]));
                    return filled(&empty, "rows", row.as_bytes()).into();
                }
            };
            shown.into()
        })
    }

    /// A list in this form, but for whole ones, which are printed without being read.
    pub(crate) fn list(
        self,
        metadata: &Value,
        objects: impl Iterator<Item = (Bytes, usize)>,
        sheet: Sheet<'_>,
    ) -> Vec<u8> {
        let objects: Vec<(Bytes, usize)> = objects.collect();
        let default = self.default_among(&objects, sheet);
        let mut rows = Vec::new();
        for (object, depth) in objects {
            let separator: &[u8] = if rows.is_empty() { b"" } else { b"," };
            rows.extend_from_slice(separator);
            deep::with_stack(depth + 3, || {
                let value = deep::parse(&object).expect("what the store serialized parses");
                let shown = match self {
                    Form::Whole => deep::text(&value),
                    Form::Metadata(meta) => metadata_alone(value, meta),
                    Form::Table(meta, include) => {
                        let is_default = default.as_deref() == Some(pick(&value, "metadata.name"));
                        sheet.row(value, meta, include, is_default)
                    }
                };
                rows.extend_from_slice(shown.as_bytes());
            });
        }
        let (empty, field) = match self {
            Form::Table(meta, _) => (table(meta, metadata, &sheet.headers(), &sheet.no_rows()), "rows"),
            Form::Metadata(meta) => {
                let kind = "PartialObjectMetadataList";
                (
                    json!({ "kind": kind, "apiVersion": meta.api_version(), "metadata": metadata, "items": null }),
                    "items",
                )
            }
            Form::Whole => (json!({ "metadata": metadata, "items": [] }), "items"),
        };
        filled(&empty, field, &rows)
    }

    /// The storage class that is marked in a list of them as the default.
    fn default_among(self, objects: &[(Bytes, usize)], sheet: Sheet<'_>) -> Option<String> {
        if !matches!(self, Form::Table(..)) || !sheet.is_of(STORAGE_CLASSES) {
            return None;
        }
        let deepest = objects.iter().map(|(_, depth)| *depth).max().unwrap_or_default();
        deep::with_stack(deepest + 1, || {
            let classes = objects.iter().filter_map(|(object, _)| deep::parse(object).ok());
            volumes::default_class(classes.collect::<Vec<Value>>().iter())
        })
    }
}

fn table(meta: Meta, metadata: &Value, headers: &Value, rows: &Value) -> Value {
    json!({
        "kind": "Table",
        "apiVersion": meta.api_version(),
        "metadata": metadata,
        "columnDefinitions": headers,
        "rows": rows,
    })
}

/// An empty list with something in its last field.
fn filled(empty: &Value, field: &str, rows: &[u8]) -> Vec<u8> {
    let empty = deep::text(empty);
    if rows.is_empty() {
        return empty.into_bytes();
    }
    let (head, _) = empty.rsplit_once(&format!("\"{field}\":")).unwrap_or((&empty, ""));
    let mut printed = Vec::with_capacity(head.len() + rows.len() + 16);
    printed.extend_from_slice(head.as_bytes());
    printed.extend_from_slice(format!("\"{field}\":[").as_bytes());
    printed.extend_from_slice(rows);
    printed.extend_from_slice(b"]}");
    printed
}

fn metadata_alone(object: Value, meta: Meta) -> String {
    let of_daemons = object["kind"] == "DaemonSet" && object["apiVersion"] == "apps/v1";
    let metadata = match object {
        Value::Object(mut fields) => fields.shift_remove("metadata"),
        _ => None,
    };
    let mut metadata = metadata.unwrap_or_else(|| Map::new().into());
    if of_daemons {
        builtin::hide_templates(&mut metadata);
    }
    let partial =
        json!({ "kind": "PartialObjectMetadata", "apiVersion": meta.api_version(), "metadata": metadata });
    layout::text(&partial)
}

impl Column {
    /// The column as a table's head has it; what it means is left to the reader.
    fn header(&self) -> Value {
        let format = if matches!(self.cell, Cell::Name | Cell::NameOf(_)) { "name" } else { "" };
        json!({
            "name": self.name, "type": self.kind, "format": format, "description": "", "priority": i32::from(self.wide),
        })
    }

    fn cell(&self, object: &Value, now: Timestamp) -> Value {
        match self.cell {
            Cell::Name => pick(object, "metadata.name").into(),
            Cell::Age => ages::since(pick(object, "metadata.creationTimestamp"), now).into(),
            Cell::Text(path) => cells::shown(at(object, path)).unwrap_or_default().into(),
            Cell::Or(path, nothing) => match cells::shown(at(object, path)) {
                Some(text) if !text.is_empty() => text.into(),
                _ => nothing.into(),
            },
            Cell::Number(path) => at(object, path).as_i64().unwrap_or_default().into(),
            Cell::Flag(path, default) => at(object, path).as_bool().unwrap_or(default).into(),
            Cell::Count(paths) => paths.iter().map(|path| size(at(object, path))).sum::<usize>().into(),
            Cell::Ratio(part, whole) => {
                let number = |path| at(object, path).as_i64().unwrap_or_default();
                format!("{}/{}", number(part), number(whole)).into()
            }
            Cell::Since(path, never) => match pick(object, path) {
                "" => never.into(),
                moment => ages::since(moment, now).into(),
            },
            Cell::Each(list, field, between) => {
                cells::joined(items(object, list).iter().map(|item| pick(item, field)), between).into()
            }
            Cell::Labels(path) => cells::labels(at(object, path)).into(),
            Cell::Selector(path) => cells::or(&cells::selector(at(object, path)), "<none>").into(),
            Cell::Of(function) | Cell::NameOf(function) => function(object, now),
        }
    }
}

/// A label selector as clients write it: `a=b,c in (d,e)`.
pub(crate) fn selector_in_words(selector: &Value) -> String {
    cells::selector(selector)
}

fn size(value: &Value) -> usize {
    match value {
        Value::Object(fields) => fields.len(),
        Value::Array(items) => items.len(),
        _ => 0,
    }
}

/// What stands at a path of names with dots between them; null where nothing does.
pub(crate) fn at<'a>(object: &'a Value, path: &str) -> &'a Value {
    path.split('.').try_fold(object, |value, step| value.get(step)).unwrap_or(&Value::Null)
}

/// A text at a path; empty where there is none.
pub(crate) fn pick<'a>(object: &'a Value, path: &str) -> &'a str {
    at(object, path).as_str().unwrap_or_default()
}

/// The elements of a list at a path; none where there is no list.
pub(crate) fn items<'a>(object: &'a Value, path: &str) -> &'a [Value] {
    at(object, path).as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests;
