//! Private keys, in whichever of their forms: what their owner is known by.

use num_bigint::BigUint;
use ring::signature::{Ed25519KeyPair, KeyPair};

use super::{Curve, Key, LONGEST_RSA};
use crate::asn1::{AGREEING, EDWARDS, ELLIPTIC, Kind, RSA, Reader, bits, check_object, integer};

const LIST: Kind = Kind::sequence("");

/// Whose a private key is.
#[derive(Debug, PartialEq)]
pub(in crate::builtin) enum Owner {
    Known(Key),
    /// Of a key that is not for signing.
    Agreeing,
    /// Of a key of RSA that nobody computes with.
    TooLong,
}

/// The owner of a private key; none of one that is malformed, or whose numbers do not belong together.
pub(in crate::builtin) fn owner(bytes: &[u8]) -> Option<Owner> {
    let alone = || Reader::new(bytes).read(LIST).ok().filter(|key| key.whole.len() == bytes.len());
    let of_rsa = alone().and_then(|key| Numbers::read(key.inside)).and_then(Numbers::owner);
    of_rsa.or_else(|| wrapped(bytes)).or_else(|| elliptic(None, bytes))
}

/// The owner of a key that says of which kind it is.
fn wrapped(bytes: &[u8]) -> Option<Owner> {
    let mut inside = Reader::new(Reader::new(bytes).read(LIST).ok()?.inside);
    integer(inside.read(Kind::INTEGER).ok()?.inside).ok()?;
    let mut way = Reader::new(inside.read(LIST).ok()?.inside);
    let kind = object(&mut way)?;
    let parameters = if way.is_empty() { &[] } else { way.any().ok()?.whole };
    let key = inside.read(Kind::BYTES).ok()?.inside;
    let short = || {
        let key = Reader::new(key).read(Kind::BYTES).ok()?.inside;
        (parameters.is_empty() && key.len() == 32).then_some(key)
    };
    match kind {
        RSA => {
            let mut rest = Reader::new(key);
            let numbers = Numbers::read(rest.read(LIST).ok()?.inside)?;
            numbers.owner().filter(|_| rest.is_empty())
        }
        ELLIPTIC => elliptic(object(&mut Reader::new(parameters)), key),
        EDWARDS => {
            let pair = Ed25519KeyPair::from_seed_unchecked(short()?).ok()?;
            Some(Owner::Known(Key::Edwards(pair.public_key().as_ref().to_vec())))
        }
        AGREEING => short().map(|_| Owner::Agreeing),
        _ => None,
    }
}

/// The owner of a key on a curve, which may be named outside of it.
fn elliptic(named: Option<&[u8]>, bytes: &[u8]) -> Option<Owner> {
    let mut inside = Reader::new(Reader::new(bytes).read(LIST).ok()?.inside);
    let version = integer(inside.read(Kind::INTEGER).ok()?.inside).ok()?;
    let secret = inside.read(Kind::BYTES).ok()?.inside;
    let own = inside.optional_explicit(0, Kind::OBJECT).ok()?.map(|name| name.inside);
    own.map_or(Ok(()), check_object).ok()?;
    if let Some(public) = inside.optional_explicit(1, Kind::BITS).ok()? {
        bits(public.inside).ok()?;
    }
    let curve = Curve::named(named.or(own)?).filter(|_| version == 1)?;
    Some(Owner::Known(Key::Elliptic { curve, point: curve.owner(secret)? }))
}

fn object<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8]> {
    let name = reader.read(Kind::OBJECT).ok()?.inside;
    check_object(name).is_ok().then_some(name)
}

/// The numbers of a key of RSA.
struct Numbers {
    modulus: BigUint,
    exponent: u64,
    secret: BigUint,
    /// Two, or more in keys that are rare.
    primes: Vec<BigUint>,
    /// What is computed beforehand: the secret exponent for each of two primes, and the inverse of the second by the first.
    computed: Option<[BigUint; 3]>,
}

impl Numbers {
    fn read(inside: &[u8]) -> Option<Self> {
        let mut inside = Reader::new(inside);
        let mut version = || integer(inside.read(Kind::INTEGER).ok()?.inside).ok();
        version().filter(|version| *version <= 1)?;
        let modulus = positive(inside.read(Kind::INTEGER).ok()?.inside)?;
        let exponent = integer(inside.read(Kind::INTEGER).ok()?.inside).ok()?;
        let mut number = || positive(inside.read(Kind::INTEGER).ok()?.inside);
        let (secret, mut primes) = (number()?, vec![number()?, number()?]);
        let mut optional = || match inside.optional(Kind::INTEGER).ok()? {
            Some(said) => positive(said.inside).map(Some),
            None => Some(None),
        };
        let computed = [optional()?, optional()?, optional()?];
        if let Some(others) = inside.optional(LIST).ok()? {
            for other in Reader::new(others.inside).all(Some(LIST)).ok()? {
                let mut other = Reader::new(other.inside);
                let mut number = || other.read(Kind::INTEGER).ok().map(|number| number.inside);
                primes.push(positive(number()?)?);
                (is_shortest(number()?) && is_shortest(number()?)).then_some(())?;
            }
        }
        let computed = match computed {
            [Some(first), Some(second), Some(inverse)] => Some([first, second, inverse]),
            _ => None,
        };
        Some(Numbers { modulus, exponent: u64::try_from(exponent).ok()?, secret, primes, computed })
    }

    fn owner(self) -> Option<Owner> {
        let Numbers { modulus, exponent, secret, primes, .. } = &self;
        let is_public = modulus.bit(0) && *modulus > 1u8.into() && (2..1 << 31).contains(exponent);
        if !is_public || exponent.is_multiple_of(2) || secret >= modulus {
            return None;
        }
        let mut lengths = primes.iter().map(BigUint::bits);
        let most = LONGEST_RSA + primes.len() as u64;
        let is_long = modulus.bits() > LONGEST_RSA || lengths.clone().sum::<u64>() > most;
        if is_long || lengths.any(|bits| bits > LONGEST_RSA / 2) {
            return Some(Owner::TooLong);
        }
        let belong = match &**primes {
            [first, second] => self.belong([first, second]),
            [first, others @ ..] => are_coprime(first, others),
            [] => false,
        };
        belong.then_some(Owner::Known(Key::Rsa { modulus: self.modulus, exponent: self.exponent }))
    }

    /// Whether the numbers of a key of two primes go together.
    fn belong(&self, primes: [&BigUint; 2]) -> bool {
        let Numbers { modulus, exponent, secret, .. } = self;
        let (one, [first, second]) = (BigUint::from(1u8), primes);
        let is_within = |prime: &BigUint| *prime > 2u8.into() && prime < modulus;
        if !primes.into_iter().all(is_within) || first * second % modulus != BigUint::ZERO {
            return false;
        }
        let (lower, orders) = (first.min(second), primes.map(|prime| prime - &one));
        let shares = orders.each_ref().map(|order| secret % order);
        let fits = |(share, order): (&BigUint, &BigUint)| share * *exponent % order == one;
        let distance = first.max(second) - lower;
        let close = (modulus.bits() / 2).checked_sub(100);
        if !shares.iter().zip(&orders).all(fits)
            || distance == BigUint::ZERO
            || close.is_some_and(|close| distance.bits() <= close)
            || secret.bits() <= modulus.bits() / 2
        {
            return false;
        }
        match &self.computed {
            Some([of_first, of_second, inverse]) => {
                shares.iter().eq([of_first, of_second]) && inverse < first && inverse * second % first == one
            }
            // The inverse is made of the first as if it were a prime.
            None => first.bit(0) && second.modpow(&orders[0], first) == one,
        }
    }
}

/// Whether no two of some numbers have a divisor together.
fn are_coprime(first: &BigUint, others: &[BigUint]) -> bool {
    let one = BigUint::from(1u8);
    let mut product = first.clone();
    *first > one
        && others.iter().all(|other| {
            let is_coprime = *other > one && product.modinv(other).is_some();
            product *= other;
            is_coprime
        })
}

/// A number above zero.
fn positive(bytes: &[u8]) -> Option<BigUint> {
    let is_positive = is_shortest(bytes) && bytes[0] & 0x80 == 0 && bytes != [0];
    is_positive.then(|| BigUint::from_bytes_be(bytes))
}

/// Whether an integer of any size is written with as few bytes as can be.
fn is_shortest(bytes: &[u8]) -> bool {
    integer(&bytes[..bytes.len().min(2)]).is_ok()
}
