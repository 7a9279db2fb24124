//! What types that are not known yet have to be, so that others can be put where they stand.

use super::types::{Made, Plain, TYPE, Type};

/// How many steps all comparisons of an expression may take together; what is left then is taken to fit.
const STEPS: usize = 5_000_000;

/// What is known of the types that were not known at first.
#[derive(Default)]
pub(super) struct Bindings<'a> {
    known: Vec<Option<Type<'a>>>,
    /// What was known before, to go back where something does not fit.
    before: Vec<(usize, Option<Type<'a>>)>,
    steps: usize,
}

impl<'a> Bindings<'a> {
    pub(super) fn fresh(&mut self) -> Type<'a> {
        self.known.push(None);
        Type::Param(self.known.len() - 1)
    }

    /// Whether a value of one type can be where another one is wanted; what follows from that is known from then on.
    pub(super) fn fits(&mut self, one: &Type<'a>, wanted: &Type<'a>) -> bool {
        self.all_fit(std::slice::from_ref(one), std::slice::from_ref(wanted))
    }

    pub(super) fn all_fit(&mut self, all: &[Type<'a>], wanted: &[Type<'a>]) -> bool {
        let fit = self.each(all, wanted);
        for (number, before) in self.before.drain(..).rev() {
            if !fit {
                self.known[number] = before;
            }
        }
        fit
    }

    /// The same type with all that is known by now; what is not is any, where `finally`.
    pub(super) fn settled(&mut self, one: &Type<'a>, finally: bool) -> Type<'a> {
        if self.is_tired() {
            return Type::DYN;
        }
        match one {
            Type::Param(number) => match self.known[*number].clone() {
                Some(known) => self.settled(&known, finally),
                None if finally => Type::DYN,
                None => one.clone(),
            },
            Type::Made(made) if made.is_open => {
                let parts = made.of.iter().map(|part| self.settled(part, finally)).collect();
                Type::made(made.name, parts)
            }
            _ => one.clone(),
        }
    }

    fn is_tired(&mut self) -> bool {
        self.steps += 1;
        self.steps > STEPS
    }

    fn each(&mut self, all: &[Type<'a>], wanted: &[Type<'a>]) -> bool {
        all.len() == wanted.len() && all.iter().zip(wanted).all(|(one, wanted)| self.goes(one, wanted))
    }

    fn goes(&mut self, one: &Type<'a>, wanted: &Type<'a>) -> bool {
        if self.is_tired() {
            return true;
        }
        if let Type::Param(number) = wanted {
            match self.takes(one, *number) {
                (true, _) => return true,
                (false, true) => return false,
                (false, false) => {}
            }
        }
        if let Type::Param(number) = one {
            return self.takes(wanted, *number).0;
        }
        if one.is_any_or_wrong() || wanted.is_any_or_wrong() {
            return true;
        }
        match (one, wanted) {
            (null, other) | (other, null) if null.is(Plain::Null) => can_be_null(other),
            (Type::Made(one), Type::Made(wanted)) => {
                let is_type = |made: &Made<'_>| made.name == TYPE;
                is_type(one) && is_type(wanted) || one.name == wanted.name && self.each(&one.of, &wanted.of)
            }
            _ => one.equals(wanted, false),
        }
    }

    /// Whether a type can be what an unknown one is, and whether that was known before.
    fn takes(&mut self, one: &Type<'a>, number: usize) -> (bool, bool) {
        if matches!(one, Type::Param(same) if *same == number) {
            return (true, true);
        }
        let Some(known) = self.known[number].clone() else {
            let fits = self.is_apart(number, one);
            if fits {
                self.bind(number, one.clone());
            }
            return (fits, false);
        };
        if one.equals(&known, false) {
            return (true, true);
        }
        if !self.goes(one, &known) {
            return (false, true);
        }
        let wider = wider(one, &known);
        if self.is_apart(number, &wider) {
            self.bind(number, wider);
        }
        (true, true)
    }

    fn bind(&mut self, number: usize, known: Type<'a>) {
        let before = self.known[number].replace(known);
        self.before.push((number, before));
    }

    /// Whether an unknown type is no part of another one.
    fn is_apart(&mut self, number: usize, within: &Type<'a>) -> bool {
        if self.is_tired() {
            return false;
        }
        match within {
            Type::Param(same) if *same == number => false,
            Type::Param(other) => match self.known[*other].clone() {
                Some(known) => self.is_apart(number, &known),
                None => true,
            },
            Type::Made(made) => made.of.iter().all(|part| self.is_apart(number, part)),
            _ => true,
        }
    }
}

fn can_be_null(one: &Type<'_>) -> bool {
    match one {
        Type::Plain(plain) => matches!(plain, Plain::Null | Plain::Duration | Plain::Timestamp),
        Type::Made(made) => ![super::types::LIST, super::types::MAP, TYPE].contains(&made.name),
        Type::Object(_) => true,
        Type::Param(_) => false,
    }
}

/// The one of two types that more values are of.
pub(super) fn wider<'a>(one: &Type<'a>, other: &Type<'a>) -> Type<'a> {
    if is_as_wide(one, other) { one.clone() } else { other.clone() }
}

fn is_as_wide(one: &Type<'_>, other: &Type<'_>) -> bool {
    let is_open = |one: &Type<'_>| one.is_any() || matches!(one, Type::Param(_));
    match (one, other) {
        _ if is_open(one) => true,
        _ if is_open(other) => false,
        (Type::Made(one), Type::Made(other)) => {
            let parts = || one.of.iter().zip(&other.of).all(|(one, other)| is_as_wide(one, other));
            one.name == other.name && (one.name == TYPE || one.of.len() == other.of.len() && parts())
        }
        _ => same(one, other),
    }
}

fn same<'a>(one: &Type<'_>, other: &Type<'a>) -> bool {
    match (one, other) {
        (Type::Plain(one), Type::Plain(other)) => one == other,
        (Type::Object(one), Type::Object(other)) => one.name == other.name,
        _ => false,
    }
}
