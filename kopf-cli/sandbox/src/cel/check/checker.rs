//! Goes through a tree and says of each part what type it is, or what is wrong with it.

use kube_cel::cel::Value;

use super::{
    super::{
        syntax::{Entry, Fault, Kind, Loop, Node},
        told::MOST,
    },
    Declarations,
    overloads::{Overload, overloads, plain},
    types::{self, LIST, MAP, Plain, Type},
    unify::{Bindings, wider},
};

pub(super) struct Checker<'a, 'v> {
    variables: &'v Declarations<'a>,
    /// The variables of loops, innermost last.
    locals: Vec<(String, Type<'a>)>,
    pub(super) bindings: Bindings<'a>,
    /// What each part is, by its number.
    pub(super) types: Vec<Type<'a>>,
    /// Which of the faults are in what each part is, where it has been checked.
    faults_in: Vec<(usize, usize)>,
    pub(super) faults: Vec<Fault>,
    /// By which overload each call goes, where there is but one that it can be.
    pub(super) decided: Vec<bool>,
    /// How many faults there are, of which some may not be told.
    pub(super) count: usize,
    /// What cannot be found when the expression is made ready to run, though it is declared.
    pub(super) unready: Option<String>,
}

impl<'a, 'v> Checker<'a, 'v> {
    pub(super) fn new(variables: &'v Declarations<'a>, parts: usize) -> Self {
        Checker {
            variables,
            locals: Vec::new(),
            bindings: Bindings::default(),
            types: vec![Type::ERROR; parts],
            faults_in: vec![(0, 0); parts],
            faults: Vec::new(),
            decided: vec![false; parts],
            count: 0,
            unready: None,
        }
    }

    pub(super) fn check(&mut self, node: &Node) -> Type<'a> {
        let before = self.faults.len();
        let found = self.type_of(node);
        self.types[node.id] = found.clone();
        self.faults_in[node.id] = (before, self.faults.len());
        found
    }

    /// What is wrong is put into words only where it is told.
    fn wrong(&mut self, at: usize, what: impl FnOnce(&mut Self) -> String) -> Type<'a> {
        self.count = self.count.saturating_add(1);
        if self.faults.len() < MOST {
            let what = what(self);
            self.faults.push(Fault { at, what });
        }
        Type::ERROR
    }

    fn undeclared(&mut self, at: usize, name: &str) -> Type<'a> {
        self.wrong(at, |_| format!("undeclared reference to '{name}' (in container '')"))
    }

    fn mismatch(&mut self, at: usize, expected: &Type<'a>, found: &Type<'a>) -> Type<'a> {
        self.wrong(at, |_| format!("expected type '{expected}' but found '{found}'"))
    }

    fn type_of(&mut self, node: &Node) -> Type<'a> {
        match &node.kind {
            Kind::Literal(value) => Type::Plain(match value {
                Value::Bool(_) => Plain::Bool,
                Value::Bytes(_) => Plain::Bytes,
                Value::Float(_) => Plain::Double,
                Value::Int(_) => Plain::Int,
                Value::String(_) => Plain::String,
                Value::UInt(_) => Plain::Uint,
                _ => Plain::Null,
            }),
            Kind::Name(name) => match self.named(name) {
                Some(found) => {
                    self.prepare(name);
                    found
                }
                None => self.undeclared(node.at, name),
            },
            Kind::Field { of, name, asks } => {
                if !asks && let Some(found) = node.qualified().and_then(|name| self.joined(&name)) {
                    return found;
                }
                let found = self.field(node.at, of, name, false);
                if *asks { Type::BOOL } else { self.bindings.settled(&found, false) }
            }
            Kind::Call { name, target, args } => self.call(node, name, target.as_deref(), args),
            Kind::List { items, optional } => self.list(items, optional),
            Kind::Map(entries) => self.map(entries),
            Kind::Struct { name, fields } => self.structure(node.at, name, fields),
            Kind::Loop(inner) => self.a_loop(inner),
            Kind::Shared { node, again: false } => self.check(node),
            Kind::Shared { node, again: true } => {
                let (from, to) = self.faults_in[node.id];
                for index in from..to {
                    let at = self.faults[index].at;
                    self.wrong(at, |checker| checker.faults[index].what.clone());
                }
                self.types[node.id].clone()
            }
        }
    }

    fn local(&self, name: &str) -> Option<&Type<'a>> {
        self.locals.iter().rev().find(|(known, _)| known == name).map(|(_, found)| found)
    }

    fn named(&self, name: &str) -> Option<Type<'a>> {
        match name.strip_prefix('.') {
            Some(name) => self.global(name),
            None => self.local(name).cloned().or_else(|| self.global(name)),
        }
    }

    /// These two are types by the word of the schema's types alone.
    fn prepare(&mut self, name: &str) {
        let is_known = self.local(name).is_some() || self.variables.get(name).is_some();
        if ["duration", "timestamp"].contains(&name) && !is_known {
            let why = format!("program instantiation failed: reference to undefined type: {name}");
            self.unready.get_or_insert(why);
        }
    }

    /// What a name with dots in it stands for.
    fn joined(&self, name: &str) -> Option<Type<'a>> {
        let (first, _) = name.trim_start_matches('.').split_once('.')?;
        let is_local = !name.starts_with('.') && self.local(first).is_some();
        self.global(name.trim_start_matches('.')).filter(|_| !is_local)
    }

    fn global(&self, name: &str) -> Option<Type<'a>> {
        if let Some(found) = self.variables.get(name) {
            return Some(found);
        }
        // Not all of these are worth to be told apart.
        if name.starts_with("google.") && name.matches('.').count() > 1 && plain(name).is_none() {
            return Some(Type::DYN);
        }
        let inner = match name {
            LIST => Type::list(Type::DYN),
            MAP => Type::map(Type::DYN, Type::DYN),
            types::TYPE => Type::made(types::TYPE, Vec::new()),
            types::OPTIONAL => Type::optional(Type::DYN),
            "net.IP" => Type::made("net.IP", Vec::new()),
            "net.CIDR" => Type::made("net.CIDR", Vec::new()),
            _ => Type::Plain(plain(name).filter(|plain| *plain != Plain::Dyn)?),
        };
        Some(Type::of_type(inner))
    }

    fn field(&mut self, at: usize, of: &Node, name: &str, optional: bool) -> Type<'a> {
        let of = self.check(of);
        let of = self.bindings.settled(&of, false);
        let (inner, is_optional) = match of.unwrapped() {
            Some(inner) => (inner.clone(), true),
            None => (of, false),
        };
        let found = match &inner {
            Type::Object(object) => match &object.fields {
                Some(fields) => match fields.field(&object.name, name) {
                    Some(found) => found,
                    None => self.wrong(at, |_| format!("undefined field '{name}'")),
                },
                None => self.wrong(at, |_| format!("unexpected failed resolution of '{}'", object.name)),
            },
            Type::Made(made) if made.name == MAP => made.of[1].clone(),
            Type::Param(_) => {
                self.bindings.fits(&Type::DYN, &inner);
                Type::DYN
            }
            _ => {
                if !inner.is_any_or_wrong() {
                    self.wrong(at, |_| format!("type '{inner}' does not support field selection"));
                }
                Type::DYN
            }
        };
        if optional || is_optional { Type::optional(found) } else { found }
    }

    fn call(&mut self, node: &Node, name: &str, target: Option<&Node>, args: &[Node]) -> Type<'a> {
        if let ("_?._", [of, field]) = (name, args)
            && let Some(field) = field.text()
        {
            let found = self.field(node.at, of, field, true);
            return self.bindings.settled(&found, false);
        }
        let mut all: Vec<Type<'a>> = args.iter().map(|arg| self.check(arg)).collect();
        let Some(target) = target else {
            let name = name.trim_start_matches('.');
            return match (name, overloads(name)) {
                ("_&&_" | "_||_", _) => self.logical(args, &all),
                (_, Some(overloads)) => self.resolve(node, name, overloads, &all, false),
                (_, None) => self.undeclared(node.at, name),
            };
        };
        all.insert(0, self.check(target));
        match overloads(name) {
            Some(overloads) => self.resolve(node, name, overloads, &all, true),
            None => self.undeclared(node.at, name),
        }
    }

    fn logical(&mut self, args: &[Node], all: &[Type<'a>]) -> Type<'a> {
        let mut found = Type::BOOL;
        for (arg, one) in args.iter().zip(all) {
            if !self.bindings.fits(one, &Type::BOOL) {
                found = self.mismatch(arg.at, &Type::BOOL, one);
            }
        }
        found
    }

    fn resolve(
        &mut self,
        node: &Node,
        name: &str,
        overloads: &[Overload],
        all: &[Type<'a>],
        of_target: bool,
    ) -> Type<'a> {
        let mut found: Option<Type<'a>> = None;
        let mut fitting = 0;
        for overload in overloads.iter().filter(|overload| overload.of_target == of_target) {
            let (wanted, result) = overload.opened(&mut self.bindings);
            if !self.bindings.all_fit(all, &wanted) {
                continue;
            }
            fitting += 1;
            let result = self.bindings.settled(&result, false);
            found = Some(match found {
                None => result,
                Some(found) if found.is_any() || result.equals(&found, false) => found,
                Some(_) => Type::DYN,
            });
        }
        self.decided[node.id] = fitting == 1;
        found.unwrap_or_else(|| {
            self.wrong(node.at, |checker| {
                let all: Vec<String> =
                    all.iter().map(|one| checker.bindings.settled(one, true).to_string()).collect();
                let signature = match all.split_first() {
                    Some((target, args)) if of_target => format!("{target}.({})", args.join(", ")),
                    _ => format!("({})", all.join(", ")),
                };
                format!("found no matching overload for '{name}' applied to '{signature}'")
            })
        })
    }

    /// What is there of something that may be absent.
    fn present(&mut self, node: &Node, found: Type<'a>, optional: bool) -> Type<'a> {
        if !optional {
            return found;
        }
        match found.unwrapped() {
            Some(inner) => inner.clone(),
            None => {
                if !found.is_any() {
                    self.mismatch(node.at, &Type::optional(found.clone()), &found);
                }
                found
            }
        }
    }

    /// What all are, where one more is there.
    fn join(&mut self, so_far: Option<Type<'a>>, one: Type<'a>) -> Type<'a> {
        match so_far {
            None => one,
            Some(so_far) if self.bindings.fits(&so_far, &one) => wider(&so_far, &one),
            Some(_) => Type::DYN,
        }
    }

    fn list(&mut self, items: &[Node], optional: &[bool]) -> Type<'a> {
        let mut of = None;
        for (index, item) in items.iter().enumerate() {
            let found = self.check(item);
            let found = self.present(item, found, optional.get(index).copied().unwrap_or_default());
            of = Some(self.join(of, found));
        }
        Type::list(of.unwrap_or_else(|| self.bindings.fresh()))
    }

    fn map(&mut self, entries: &[Entry]) -> Type<'a> {
        let (mut keys, mut values) = (None, None);
        for Entry { key, value, optional } in entries {
            let found = self.check(key);
            keys = Some(self.join(keys, found));
            let found = self.check(value);
            let found = self.present(value, found, *optional);
            values = Some(self.join(values, found));
        }
        let keys = keys.unwrap_or_else(|| self.bindings.fresh());
        Type::map(keys, values.unwrap_or_else(|| self.bindings.fresh()))
    }

    fn structure(&mut self, at: usize, name: &str, fields: &[Node]) -> Type<'a> {
        let plain_name = name.trim_start_matches('.');
        let is_message = ["google.", "kubernetes."].iter().any(|group| plain_name.starts_with(group));
        if !is_message && self.global(plain_name).is_none_or(|found| found.parts(types::TYPE).is_none()) {
            return self.undeclared(at, name);
        }
        for field in fields {
            self.check(field);
        }
        if is_message {
            Type::DYN
        } else {
            self.wrong(at, |_| format!("'{plain_name}' is not a message type"))
        }
    }

    fn a_loop(&mut self, inner: &Loop) -> Type<'a> {
        let range = self.check(&inner.range);
        let init = self.check(&inner.init);
        let range = self.bindings.settled(&range, false);
        let before = self.locals.len();
        self.locals.push((inner.so_far.clone(), init.clone()));
        let (first, second) = match &range {
            Type::Made(made) if made.name == LIST && inner.second.is_some() => {
                (Type::INT, made.of[0].clone())
            }
            Type::Made(made) if made.name == LIST => (made.of[0].clone(), Type::DYN),
            Type::Made(made) if made.name == MAP => (made.of[0].clone(), made.of[1].clone()),
            Type::Plain(Plain::Dyn | Plain::Error) | Type::Param(_) => {
                self.bindings.fits(&Type::DYN, &range);
                (Type::DYN, Type::DYN)
            }
            _ => {
                self.wrong(inner.range.at, |_| {
                    format!(
                        "expression of type '{range}' cannot be range of a comprehension (must be list, map, or dynamic)"
                    )
                });
                (Type::ERROR, Type::ERROR)
            }
        };
        self.locals.push((inner.first.clone(), first));
        self.locals.extend(inner.second.clone().map(|name| (name, second)));
        for (part, wanted) in [(&inner.condition, &Type::BOOL), (&inner.step, &init)] {
            let found = self.check(part);
            if !self.bindings.fits(wanted, &found) {
                self.mismatch(part.at, wanted, &found);
            }
        }
        self.locals.truncate(before + 1);
        let found = self.check(&inner.result);
        self.locals.truncate(before);
        self.bindings.settled(&found, false)
    }
}
