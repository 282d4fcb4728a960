//! Networks in CIDR notation, of either family.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::{Args, Fault};
use crate::tree::{Known, Tree};

/// A network as numbers: the address right-aligned in 128 bits.
#[derive(Clone, Copy)]
struct Network {
    address: u128,
    prefix: u8,
    /// 32 or 128.
    width: u8,
}

impl Network {
    fn read(args: &Args<Infallible>, at: usize) -> Result<Self, Fault> {
        let text = args.text(at)?;
        let net: IpNet = text.parse().map_err(|_| Fault::at(at, "this is no network, as `10.0.0.0/16`"))?;
        let address = match net.network() {
            IpAddr::V4(address) => u128::from(u32::from(address)),
            IpAddr::V6(address) => u128::from(address),
        };
        Ok(Self { address, prefix: net.prefix_len(), width: net.max_prefix_len() })
    }

    /// How many bits of an address this leaves to hosts.
    fn host_bits(self) -> u8 {
        self.width - self.prefix
    }

    fn last(self) -> u128 {
        self.address | low_bits(self.host_bits())
    }

    fn text(self) -> Known {
        Tree::Text(format!("{}/{}", show(self.address, self.width), self.prefix))
    }

    /// The prefix length with more bits, if there are as many.
    fn longer(self, bits: i64, at: usize) -> Result<u8, Fault> {
        let longer = i64::from(self.prefix) + bits;
        let fits = u8::try_from(longer).ok().filter(|it| *it <= self.width);
        fits.ok_or_else(|| Fault::at(at, format!("a prefix of {} bits cannot be longer by {bits}", self.prefix)))
    }
}

fn low_bits(count: u8) -> u128 {
    1_u128.checked_shl(u32::from(count)).map_or(u128::MAX, |it| it - 1)
}

fn show(address: u128, width: u8) -> String {
    match u32::try_from(address) {
        Ok(short) if width == 32 => Ipv4Addr::from(short).to_string(),
        Ok(_) | Err(_) => Ipv6Addr::from(address).to_string(),
    }
}

pub(super) fn host(args: &Args<Infallible>) -> Result<Known, Fault> {
    let (network, number) = (Network::read(args, 0)?, args.whole(1)?);
    let (distance, last) = (u128::from(number.unsigned_abs()), low_bits(network.host_bits()));
    // A negative number counts from the end of the network.
    let within = if number < 0 {
        distance.checked_sub(1).map(|it| (it, it <= last))
    } else {
        Some((distance, distance <= last))
    };
    match within {
        Some((offset, true)) if number < 0 => Ok(Tree::Text(show(network.last() - offset, network.width))),
        Some((offset, true)) => Ok(Tree::Text(show(network.address + offset, network.width))),
        Some((_, false)) | None => {
            Err(Fault::at(1, format!("a prefix of {} bits has no host numbered {number}", network.prefix)))
        }
    }
}

pub(super) fn netmask(args: &Args<Infallible>) -> Result<Known, Fault> {
    let network = Network::read(args, 0)?;
    if network.width != 32 {
        return Err(Fault::at(0, "only IPv4 networks have a mask"));
    }
    Ok(Tree::Text(show(low_bits(32) & !low_bits(network.host_bits()), 32)))
}

pub(super) fn subnet(args: &Args<Infallible>) -> Result<Known, Fault> {
    let (network, bits, number) = (Network::read(args, 0)?, args.whole(1)?, args.whole(2)?);
    if bits < 0 {
        return Err(Fault::at(1, "a subnet cannot have a shorter prefix"));
    }
    let prefix = network.longer(bits, 1)?;
    let number = u128::try_from(number).ok().filter(|it| *it <= low_bits(prefix - network.prefix));
    let number = number.ok_or_else(|| Fault::at(2, format!("{bits} bits have no number that large, or negative")))?;
    let shift = u32::from(network.width - prefix);
    let address = network.address | number.checked_shl(shift).unwrap_or(0);
    Ok(Network { address, prefix, ..network }.text())
}

pub(super) fn subnets(args: &Args<Infallible>) -> Result<Known, Fault> {
    let network = Network::read(args, 0)?;
    let mut free = Some(network.address);
    let mut subnets = Vec::new();
    for at in 1..args.len() {
        let bits = args.whole(at)?;
        if bits < 1 {
            return Err(Fault::at(at, "every subnet's prefix is longer by one bit at least"));
        }
        let prefix = network.longer(bits, at)?;
        let size = low_bits(network.width - prefix);
        // A network starts at a multiple of its size.
        let start = free.and_then(|it| it.checked_add(size)).map(|it| it & !size);
        let subnet = start.filter(|it| *it <= network.last()).map(|address| Network { address, prefix, ..network });
        let subnet = subnet.ok_or_else(|| Fault::at(at, format!("no room is left for a prefix of {prefix} bits")))?;
        free = subnet.last().checked_add(1);
        subnets.push(subnet.text());
    }
    Ok(Tree::List(subnets))
}
