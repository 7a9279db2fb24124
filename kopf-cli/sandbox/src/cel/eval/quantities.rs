//! Quantities of resources, as `quantity('1.5Gi')` reads them, and what is done with them.

use std::{
    cmp::Ordering,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use kube_cel::cel::{Value, objects::Opaque};

use super::{
    Fault, Outcome,
    amounts::{self, Amount},
    values::{opaque, truth},
};

/// An amount.
///
/// It is whole only where it is small, and one that was compared with an amount that is not small is not, either.
#[derive(Debug)]
pub(super) struct Quantity {
    amount: Amount,
    /// Whether it was calculated: nothing that is asked whether it is equal to such a one can tell.
    pub(super) is_calculated: bool,
    was_widened: AtomicBool,
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        !other.is_calculated && self.amount.cmp(&other.amount).is_eq()
    }
}

impl Eq for Quantity {}

impl Opaque for Quantity {
    fn runtime_type_name(&self) -> &'static str {
        "kubernetes.Quantity"
    }
}

impl Quantity {
    fn is_small(&self) -> bool {
        self.amount.is_small() && !self.was_widened.load(Relaxed)
    }

    /// The amount, of which it is said whether it is small.
    fn known(&self) -> Amount {
        if self.is_small() { self.amount.clone() } else { self.amount.widened() }
    }

    fn whole(&self) -> Option<i64> {
        self.amount.whole().filter(|_| self.is_small())
    }

    fn compared(&self, other: &Quantity) -> Ordering {
        if !other.is_small() {
            self.was_widened.store(true, Relaxed);
        }
        self.amount.cmp(&other.amount)
    }
}

fn value(amount: Amount, is_calculated: bool) -> Value {
    Value::Opaque(Arc::new(Quantity { amount, is_calculated, was_widened: AtomicBool::new(false) }))
}

/// The outcome of a function of quantities; `None` where it is none.
pub(super) fn call(name: &str, args: &[Value]) -> Option<Outcome> {
    match args {
        [Value::String(text)] => made(name, text),
        [one] => of_one(name, opaque(one)?),
        [one, Value::Int(number)] => calculated(name, opaque(one)?, &Amount::of(*number)),
        [one, other] => {
            let (one, other): (&Quantity, &Quantity) = (opaque(one)?, opaque(other)?);
            calculated(name, one, &other.known()).or_else(|| compared(name, one, other))
        }
        _ => None,
    }
}

fn made(name: &str, text: &str) -> Option<Outcome> {
    match name {
        "quantity" => Some(amounts::read(text).map(|amount| value(amount, false))),
        "isQuantity" => Some(truth(!matches!(amounts::read(text), Err(Fault::Of(_))))),
        _ => None,
    }
}

fn of_one(name: &str, one: &Quantity) -> Option<Outcome> {
    Some(match name {
        "asApproximateFloat" => Ok(Value::Float(one.amount.approximate())),
        "asInteger" => {
            one.whole().map(Value::Int).ok_or_else(|| Fault::new("cannot convert value to integer"))
        }
        "isInteger" => truth(one.whole().is_some()),
        "sign" => Ok(Value::Int(one.amount.sign() as i64)),
        _ => return None,
    })
}

fn calculated(name: &str, one: &Quantity, other: &Amount) -> Option<Outcome> {
    let amount = match name {
        "add" => one.known().plus(other),
        "sub" => one.known().minus(other),
        _ => return None,
    };
    Some(amount.map(|amount| value(amount, true)))
}

fn compared(name: &str, one: &Quantity, other: &Quantity) -> Option<Outcome> {
    let is = |name: &str| ["compareTo", "isGreaterThan", "isLessThan"].contains(&name);
    let order = is(name).then(|| one.compared(other))?;
    Some(Ok(match name {
        "compareTo" => Value::Int(order as i64),
        "isGreaterThan" => Value::Bool(order.is_gt()),
        _ => Value::Bool(order.is_lt()),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantity(text: &str) -> Quantity {
        Quantity {
            amount: amounts::read(text).unwrap(),
            is_calculated: false,
            was_widened: AtomicBool::new(false),
        }
    }

    #[test]
    fn only_what_is_small_is_whole() {
        for (text, whole) in [("2Ki", Some(2_048)), ("1e3", Some(1_000)), ("1.0", None), ("1.5Gi", None)] {
            assert_eq!(quantity(text).whole(), whole, "{text}");
        }
    }

    #[test]
    fn what_is_compared_with_what_is_not_small_is_not_small_anymore() {
        let one = quantity("1");
        assert!(one.compared(&quantity("2")).is_lt() && one.whole() == Some(1));
        assert!(one.compared(&quantity("1.5Gi")).is_lt() && one.whole().is_none());
    }

    #[test]
    fn nothing_is_equal_to_what_was_calculated() {
        let sum = Quantity { is_calculated: true, ..quantity("1000m") };
        assert!(sum == quantity("1") && quantity("1") != sum);
    }
}
