//! Elliptic curves of the form y² = x³ - 3x + b, and what is done on them: nothing of it is secret.

use std::sync::LazyLock;

use num_bigint::BigUint;

/// A curve over the numbers below a prime, with a point of which as many are another as the order says.
#[derive(Debug, PartialEq)]
pub(in crate::builtin) struct Curve {
    name: &'static str,
    /// What Go's code calls its numbers.
    element: &'static str,
    object: &'static [u8],
    bytes: usize,
    prime: BigUint,
    b: BigUint,
    base: [BigUint; 2],
    pub(in crate::builtin) order: BigUint,
}

/// A point on a curve, but not the one at infinity.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::builtin) struct Point {
    pub(in crate::builtin) x: BigUint,
    y: BigUint,
}

/// A point (x / z², y / z³), which is at infinity where z is zero.
#[derive(Debug, Clone)]
struct Projected {
    x: BigUint,
    y: BigUint,
    z: BigUint,
}

static CURVES: LazyLock<[Curve; 4]> = LazyLock::new(|| {
    let number = |text: &str| BigUint::parse_bytes(text.as_bytes(), 16).unwrap_or_default();
    let curve = |name, element, object, bytes, [prime, b, x, y, order]: [&str; 5]| Curve {
        name,
        element,
        object,
        bytes,
        prime: number(prime),
        b: number(b),
        base: [number(x), number(y)],
        order: number(order),
    };
    [
        curve(
            "P224",
            "P224Element",
            &[0x2b, 0x81, 0x04, 0x00, 0x21],
            28,
            [
                "ffffffffffffffffffffffffffffffff000000000000000000000001",
                "b4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4",
                "b70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21",
                "bd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34",
                "ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d",
            ],
        ),
        curve(
            "P256",
            "P256 element",
            &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
            32,
            [
                "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
                "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
                "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
                "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
                "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
            ],
        ),
        curve(
            "P384",
            "P384Element",
            &[0x2b, 0x81, 0x04, 0x00, 0x22],
            48,
            [
                "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
                "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
                "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
                "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
                "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
            ],
        ),
        curve(
            "P521",
            "P521Element",
            &[0x2b, 0x81, 0x04, 0x00, 0x23],
            66,
            [
                "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
             ffffffffffffffffffffffffffffffff",
                "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf07\
             3573df883d2c34f1ef451fd46b503f00",
                "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de\
             3348b3c1856a429bf97e7e31c2e5bd66",
                "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761\
             353c7086a272c24088be94769fd16650",
                "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d0\
             3bb5c9b8899c47aebb6fb71e91386409",
            ],
        ),
    ]
});

impl Curve {
    pub(super) fn named(object: &[u8]) -> Option<&'static Curve> {
        CURVES.iter().find(|curve| curve.object == object)
    }

    /// A point of which all of both numbers is written.
    pub(super) fn point(&self, bytes: &[u8]) -> Result<Point, String> {
        let Curve { name, element, bytes: length, prime, .. } = self;
        let Some((0x04, numbers)) = bytes.split_first() else {
            return Err("ecdsa: invalid uncompressed public key".to_owned());
        };
        if numbers.len() != 2 * length {
            return Err(format!("invalid {name} point encoding"));
        }
        let (x, y) = numbers.split_at(*length);
        let [x, y] = [x, y].map(BigUint::from_bytes_be);
        if x >= *prime || y >= *prime {
            return Err(format!("invalid {element} encoding"));
        }
        let right = self.plus(&self.times(&x, &self.minus(&self.times(&x, &x), &3u8.into())), &self.b);
        if self.times(&y, &y) == right {
            Ok(Point { x, y })
        } else {
            Err(format!("{name} point not on curve"))
        }
    }

    /// The point that the owner of a secret number is known by.
    pub(super) fn owner(&self, secret: &[u8]) -> Option<Point> {
        let secret = BigUint::from_bytes_be(secret);
        let [x, y] = self.base.clone();
        if secret >= self.order { None } else { self.combined(&secret, &BigUint::ZERO, &Point { x, y }) }
    }

    /// So many of the base and so many of a point, unless that is at infinity.
    pub(in crate::builtin) fn combined(
        &self,
        of_base: &BigUint,
        of_point: &BigUint,
        point: &Point,
    ) -> Option<Point> {
        let [x, y] = self.base.clone();
        let [base, point] =
            [(x, y), (point.x.clone(), point.y.clone())].map(|(x, y)| Projected { x, y, z: 1u8.into() });
        let both = self.sum(&base, &point);
        let mut sum = Projected { x: 1u8.into(), y: 1u8.into(), z: 0u8.into() };
        for bit in (0..of_base.bits().max(of_point.bits())).rev() {
            sum = self.doubled(&sum);
            sum = match (of_base.bit(bit), of_point.bit(bit)) {
                (true, true) => self.sum(&sum, &both),
                (true, false) => self.sum(&sum, &base),
                (false, true) => self.sum(&sum, &point),
                (false, false) => sum,
            };
        }
        let inverse = sum.z.modinv(&self.prime)?;
        let square = self.times(&inverse, &inverse);
        Some(Point { x: self.times(&sum.x, &square), y: self.times(&sum.y, &self.times(&square, &inverse)) })
    }

    fn doubled(&self, point: &Projected) -> Projected {
        let Projected { x, y, z } = point;
        let (zz, yy) = (self.times(z, z), self.times(y, y));
        let beta = self.times(x, &yy);
        let slope = self.scaled(3, &self.times(&self.minus(x, &zz), &self.plus(x, &zz)));
        let new_x = self.minus(&self.times(&slope, &slope), &self.scaled(8, &beta));
        let run = self.times(&slope, &self.minus(&self.scaled(4, &beta), &new_x));
        let new_y = self.minus(&run, &self.scaled(8, &self.times(&yy, &yy)));
        Projected { x: new_x, y: new_y, z: self.scaled(2, &self.times(y, z)) }
    }

    fn sum(&self, one: &Projected, other: &Projected) -> Projected {
        let zero = BigUint::ZERO;
        if one.z == zero {
            return other.clone();
        }
        if other.z == zero {
            return one.clone();
        }
        let [one_zz, other_zz] = [one, other].map(|point| self.times(&point.z, &point.z));
        let (one_x, other_x) = (self.times(&one.x, &other_zz), self.times(&other.x, &one_zz));
        let one_y = self.times(&one.y, &self.times(&other.z, &other_zz));
        let other_y = self.times(&other.y, &self.times(&one.z, &one_zz));
        let (run, rise) = (self.minus(&other_x, &one_x), self.minus(&other_y, &one_y));
        if run == zero && rise == zero {
            return self.doubled(one);
        }
        let square = self.times(&run, &run);
        let (cube, middle) = (self.times(&run, &square), self.times(&one_x, &square));
        let x = self.minus(&self.times(&rise, &rise), &self.plus(&cube, &self.scaled(2, &middle)));
        let y = self.minus(&self.times(&rise, &self.minus(&middle, &x)), &self.times(&one_y, &cube));
        Projected { x, y, z: self.times(&run, &self.times(&one.z, &other.z)) }
    }

    fn plus(&self, one: &BigUint, other: &BigUint) -> BigUint {
        (one + other) % &self.prime
    }

    fn minus(&self, one: &BigUint, other: &BigUint) -> BigUint {
        (one + &self.prime - other) % &self.prime
    }

    fn times(&self, one: &BigUint, other: &BigUint) -> BigUint {
        one * other % &self.prime
    }

    fn scaled(&self, by: u8, number: &BigUint) -> BigUint {
        number * by % &self.prime
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_the_order_says_lead_to_infinity() {
        for curve in CURVES.iter() {
            let [x, y] = curve.base.clone();
            let encoded: Vec<u8> = [&x, &y]
                .into_iter()
                .flat_map(|number| {
                    let bytes = number.to_bytes_be();
                    [vec![0; curve.bytes - bytes.len()], bytes].concat()
                })
                .collect();
            let point = curve.point(&[&[4][..], &encoded].concat()).unwrap();
            assert_eq!(point, Point { x, y });
            let one = BigUint::from(1u8);
            assert_eq!(curve.combined(&(&curve.order - 1u8), &one, &point), None);
            assert_eq!(curve.combined(&(&curve.order - 1u8), &2u8.into(), &point).as_ref(), Some(&point));
        }
    }
}
