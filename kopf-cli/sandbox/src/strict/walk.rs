//! Walks a JSON text as it is read, and takes down what is wrong with its fields, in the order of the text.

use std::{collections::HashSet, fmt};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::MOST;
use crate::{
    printed,
    schema::{Additional, Kind, Shape},
    tables,
};

/// The mistakes of a text that has been found to be JSON: what is there again and, where its shape is known, what is unknown.
pub(super) fn mistakes(text: &[u8], shape: Option<Shape<'static>>) -> Vec<String> {
    let text = String::from_utf8_lossy(text);
    let mut deserializer = serde_json::Deserializer::from_str(&text);
    deserializer.disable_recursion_limit();
    let mut found = Vec::new();
    let read = shape.map_or(Reads::Anything, Reads::of);
    let _ = Walk { place: String::new(), read, found: &mut found }.deserialize(&mut deserializer);
    found
}

pub(super) fn unknown(place: &str) -> String {
    format!("unknown field {}", printed::quoted(place))
}

/// How a value is read.
#[derive(Clone, Copy)]
enum Reads {
    /// Whatever it is.
    Anything,
    /// Not at all, or by itself: nothing is told of it.
    Nothing,
    Fields(Shape<'static>),
    EntriesOf(Shape<'static>),
    ItemsOf(Shape<'static>),
}

impl Reads {
    fn of(shape: Shape<'static>) -> Self {
        let has_fields = || shape.properties().next().is_some();
        match (shape.kind(), shape.additional()) {
            (Some(Kind::Object), Additional::Of(shape)) => Reads::EntriesOf(shape),
            (Some(Kind::Object), Additional::None) if has_fields() => Reads::Fields(shape),
            (Some(Kind::Object), _) if !tables::takes_anything(shape) => Reads::Anything,
            (Some(Kind::Array), _) => shape.items().map_or(Reads::Nothing, Reads::ItemsOf),
            _ => Reads::Nothing,
        }
    }

    fn item(self) -> Self {
        match self {
            Reads::ItemsOf(shape) => Reads::of(shape),
            Reads::Anything => Reads::Anything,
            Reads::Nothing | Reads::Fields(_) | Reads::EntriesOf(_) => Reads::Nothing,
        }
    }

    /// How a field is read; `None` where there is none of that name.
    fn field(self, name: &str) -> Option<Self> {
        match self {
            Reads::Fields(shape) => shape.property(name).map(Reads::of),
            Reads::EntriesOf(shape) => Some(Reads::of(shape)),
            Reads::Anything => Some(Reads::Anything),
            Reads::Nothing | Reads::ItemsOf(_) => Some(Reads::Nothing),
        }
    }
}

struct Walk<'a> {
    place: String,
    read: Reads,
    /// The mistakes that are told, each once.
    found: &'a mut Vec<String>,
}

impl Walk<'_> {
    fn inner(&mut self, place: String, read: Reads) -> Walk<'_> {
        Walk { place, read, found: self.found }
    }

    fn note(&mut self, mistake: String) {
        if self.found.len() < MOST && !self.found.contains(&mistake) {
            self.found.push(mistake);
        }
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let mut index = 0;
        let read = self.read.item();
        loop {
            let place = format!("{}[{index}]", self.place);
            if items.next_element_seed(self.inner(place, read))?.is_none() {
                return Ok(());
            }
            index += 1;
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(name) = fields.next_key::<String>()? {
            let place = if self.place.is_empty() { name.clone() } else { format!("{}.{name}", self.place) };
            let read = self.read.field(&name);
            match read {
                None => self.note(unknown(&place)),
                Some(_) if matches!(self.read, Reads::Nothing) || seen.insert(name) => {}
                Some(_) => self.note(format!("duplicate field {}", printed::quoted(&place))),
            }
            fields.next_value_seed(self.inner(place, read.unwrap_or(Reads::Nothing)))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &Expect) {
        let shape = tables::shape("apps", "v1", "Deployment");
        expected.assert_eq(&mistakes(text.as_bytes(), shape).join("\n"));
    }

    #[test]
    fn mistakes_come_as_they_are_in_the_text_and_none_from_within_what_is_unknown() {
        check(
            r#"{"odd":{"a":1,"a":2},"spec":{"replicas":1,"bogus":1,"replicas":2,"template":{"metadata":{"labels":{"a":"b","a":"c"}}}},"odd":1,"spec":{"other":1}}"#,
            &expect![[r#"
                unknown field "odd"
                unknown field "spec.bogus"
                duplicate field "spec.replicas"
                duplicate field "spec.template.metadata.labels.a"
                duplicate field "spec"
                unknown field "spec.other""#]],
        );
    }

    #[test]
    fn nothing_is_told_of_what_reads_itself() {
        check(
            r#"{"metadata":{"managedFields":[{"fieldsV1":{"a":{},"a":{}},"time":1,"time":2}]}}"#,
            &expect![[r#"duplicate field "metadata.managedFields[0].time""#]],
        );
    }
}
