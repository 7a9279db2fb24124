//! What rules in CEL may cost at the most, which is told from the schema before any object is there.
//!
//! A server takes no definition whose rules could cost too much for objects as large as the schema allows. The estimate is
//! the server's own, number by number, since authors fit their schemas to it: [`estimate`](estimate::estimate) walks a rule,
//! `calls` knows functions, `parts` what is known of what they are given, `path` where values are, and `sizes` how large they
//! may be.

use crate::{
    schema::{Place, Shape},
    status::Cause,
};

mod calls;
mod estimate;
mod parts;
mod path;
mod sizes;

pub(crate) use estimate::estimate;

/// How large a request may be, in bytes.
const MAX_REQUEST: u64 = 3 * 1024 * 1024;
/// How much one expression may cost.
const LIMIT: u64 = 10_000_000;
/// How much all expressions of a schema may cost.
const TOTAL_LIMIT: u64 = 100_000_000;
/// How many of the expressions that cost most are named where all cost too much together.
const MOST_NAMED: usize = 4;

/// How often a value can be in an object; absent where lists and maps around it have no bounds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times(Option<u64>);

impl Times {
    pub(super) const ONCE: Times = Times(Some(1));

    /// The same of what is in a value.
    pub(super) fn within(self, shape: Shape<'_>) -> Self {
        let most = sizes::elements(shape);
        Times(self.0.zip(most).map(|(times, most)| times.saturating_mul(most)))
    }

    /// What a rule costs, for all values that there may be of this shape.
    pub(super) fn of(self, cost: u64, shape: Shape<'_>, resource: bool) -> u64 {
        let bound = || MAX_REQUEST / (sizes::least(shape, resource).unwrap_or_default() + 1);
        cost.saturating_mul(self.0.unwrap_or_else(bound))
    }
}

/// What the expressions of a schema cost together.
#[derive(Debug, Default)]
pub(super) struct Costs {
    total: u64,
    expensive: Vec<(u64, String)>,
}

impl Costs {
    /// Adds an expression; what is wrong if it costs too much by itself.
    pub(super) fn add(&mut self, what: &str, cost: u64, place: String) -> Option<Cause> {
        self.total = self.total.saturating_add(cost);
        let fault = (cost > LIMIT)
            .then(|| Cause::forbidden(&place, &too_much(&format!("estimated {what} cost"), cost, LIMIT)));
        if cost >= TOTAL_LIMIT / 100 {
            self.expensive.push((cost, place));
        }
        fault
    }

    /// What is wrong if all cost too much together.
    pub(super) fn faults(mut self, schema: &Place<'_>) -> Vec<Cause> {
        if self.total <= TOTAL_LIMIT {
            return Vec::new();
        }
        self.expensive.sort_by_key(|(cost, _)| std::cmp::Reverse(*cost));
        let why = "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema";
        let most = self.expensive.iter().take(MOST_NAMED);
        let mut causes: Vec<Cause> = most.map(|(_, place)| Cause::forbidden(place, why)).collect();
        let what = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema";
        causes.push(Cause::forbidden(schema.to_string(), &too_much(what, self.total, TOTAL_LIMIT)));
        causes
    }
}

#[expect(clippy::cast_precision_loss, reason = "only a few digits are told")]
fn too_much(what: &str, cost: u64, limit: u64) -> String {
    let factor = cost as f64 / limit as f64;
    let factor = match factor {
        many if many > 100.0 => "more than 100x".to_owned(),
        little if little < 1.5 => format!("{little:.6}x"),
        some => format!("{some:.1}x"),
    };
    format!(
        "{what} exceeds budget by factor of {factor} (try simplifying the rule, or adding maxItems, maxProperties, and \
         maxLength where arrays, maps, and strings are declared)"
    )
}
