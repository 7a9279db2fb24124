//! What the nodes of a document mean: aliases stand for what they name, and maps may take in others.

use std::collections::{HashMap, HashSet};

use super::{
    Unread,
    item::{Item, Key},
    parser::{Kind, Node},
    resolve::resolve,
};
use crate::json::MAX_DEPTH;

const MERGE: &str = "tag:yaml.org,2002:merge";
/// Of so few values nearly all may stand behind aliases.
const FEW: f64 = 400_000.0;
/// Of so many only some may.
const MANY: f64 = 4_000_000.0;

/// So many bytes of text may stand behind aliases, each of which has a copy. A server has no such bound, but ends where its memory
/// does.
const MOST_COPIED: usize = 16 * 1024 * 1024;

/// A document, and what is in it twice.
pub(super) struct Decoded {
    pub(super) item: Item,
    pub(super) mistakes: Vec<String>,
}

/// Reads a document.
///
/// # Errors
///
/// What makes no sense in it, in the words of Go.
pub(super) fn decode(nodes: &[Node]) -> Result<Decoded, Unread> {
    // The document itself counts.
    let mut decoder = Decoder {
        nodes,
        active: HashSet::new(),
        count: 1,
        aliased: 0,
        aliases: 0,
        copied: 0,
        level: 0,
        mistakes: Vec::new(),
    };
    let item = if nodes.is_empty() { Item::Null } else { decoder.node(0)? };
    Ok(Decoded { item, mistakes: decoder.mistakes })
}

struct Decoder<'n> {
    nodes: &'n [Node],
    /// The aliases that are being read.
    active: HashSet<usize>,
    count: u32,
    /// How many of those stand behind aliases.
    aliased: u32,
    aliases: usize,
    copied: usize,
    level: usize,
    mistakes: Vec<String>,
}

/// A map that is being read, and where in it each key is.
#[derive(Default)]
struct Entries {
    entries: Vec<(Item, Item)>,
    places: HashMap<Key, usize>,
}

impl Decoder<'_> {
    /// Counts a value; aliases can make very many of few.
    fn count(&mut self) -> Result<(), Unread> {
        self.count += 1;
        self.aliased += u32::from(self.aliases > 0);
        let (count, aliased) = (f64::from(self.count), f64::from(self.aliased));
        let allowed = 0.99 - 0.89 * ((count - FEW) / (MANY - FEW)).clamp(0.0, 1.0);
        let is_much = self.aliased > 100 && self.count > 1000 && aliased / count > allowed;
        if is_much || self.copied > MOST_COPIED {
            Err("yaml: document contains excessive aliasing".to_owned().into())
        } else {
            Ok(())
        }
    }

    fn node(&mut self, number: usize) -> Result<Item, Unread> {
        self.count()?;
        match &self.nodes[number].kind {
            Kind::Scalar { value, tag, is_plain } => {
                if self.aliases > 0 {
                    self.copied += value.len();
                }
                Ok(resolve(value, tag.as_deref(), *is_plain)?)
            }
            Kind::Alias { name, of } => self.inside(number, name, |decoder| decoder.node(*of)),
            Kind::List(items) => self.deeper('[', |decoder| {
                let items: Result<Vec<Item>, Unread> = items.iter().map(|item| decoder.node(*item)).collect();
                items.map(Item::List)
            }),
            Kind::Map(inner) => self.deeper('{', |decoder| {
                let mut entries = Entries::default();
                decoder.fill(inner, &mut entries)?;
                Ok(Item::Map(entries.entries))
            }),
        }
    }

    /// Works a level further in, behind a bracket in JSON.
    fn deeper<T>(
        &mut self,
        bracket: char,
        work: impl FnOnce(&mut Self) -> Result<T, Unread>,
    ) -> Result<T, Unread> {
        if self.level >= MAX_DEPTH {
            return Err(Unread::Json(format!("invalid character '{bracket}' exceeded max depth")));
        }
        self.level += 1;
        let done = work(self);
        self.level -= 1;
        done
    }

    /// Works behind an alias.
    fn inside<T>(
        &mut self,
        alias: usize,
        name: &str,
        work: impl FnOnce(&mut Self) -> Result<T, Unread>,
    ) -> Result<T, Unread> {
        if !self.active.insert(alias) {
            return Err(format!("yaml: anchor '{name}' value contains itself").into());
        }
        self.aliases += 1;
        let done = work(self);
        self.aliases -= 1;
        self.active.remove(&alias);
        done
    }

    fn fill(&mut self, inner: &[usize], entries: &mut Entries) -> Result<(), Unread> {
        for pair in inner.chunks_exact(2) {
            let (key, value) = (pair[0], pair[1]);
            if self.merges(key) {
                self.merge(value, entries)?;
                continue;
            }
            let key = self.node(key)?;
            if matches!(key, Item::List(_) | Item::Map(_)) {
                return Err(format!("yaml: invalid map key: {}", key.in_go()).into());
            }
            let item = self.node(value)?;
            let place = key.key().map(|key| *entries.places.entry(key).or_insert(entries.entries.len()));
            match place.and_then(|place| entries.entries.get_mut(place)) {
                Some((key, there)) => {
                    let line = self.nodes[value].line + 1;
                    self.mistakes.push(format!("line {line}: key {} already set in map", key.in_go()));
                    *there = item;
                }
                None => entries.entries.push((key, item)),
            }
        }
        Ok(())
    }

    fn merges(&self, key: usize) -> bool {
        match &self.nodes[key].kind {
            Kind::Scalar { value, tag, is_plain } => {
                &**value == "<<" && (*is_plain || tag.as_deref() == Some(MERGE))
            }
            _ => false,
        }
    }

    /// Takes in what stands behind a `<<`: a map, an alias of one, or several.
    fn merge(&mut self, value: usize, entries: &mut Entries) -> Result<(), Unread> {
        match &self.nodes[value].kind {
            // Those that come first count.
            Kind::List(maps) => maps.iter().rev().try_for_each(|map| self.merge_one(*map, entries)),
            _ => self.merge_one(value, entries),
        }
    }

    fn merge_one(&mut self, value: usize, entries: &mut Entries) -> Result<(), Unread> {
        let wanted =
            || Err("yaml: map merge requires map or sequence of maps as the value".to_owned().into());
        match &self.nodes[value].kind {
            Kind::Map(inner) => {
                self.count()?;
                self.deeper('{', |decoder| decoder.fill(inner, entries))
            }
            Kind::Alias { name, of } => {
                let Kind::Map(inner) = &self.nodes[*of].kind else { return wanted() };
                self.count()?;
                self.inside(value, name, |decoder| {
                    decoder.count()?;
                    decoder.deeper('{', |decoder| decoder.fill(inner, entries))
                })
            }
            Kind::Scalar { .. } | Kind::List(_) => wanted(),
        }
    }
}
