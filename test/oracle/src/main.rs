//! aether-oracle generate SEED COUNT: the encodings of that many random transactions, a line of hex each.
//! aether-oracle judge: for each line of hex on stdin, `ok HEX` (what it decodes to, encoded again) or `refused`.
//! aether-oracle kes: for each line on stdin what aether-kes-probe answers, by the crate kes-summed-ed25519.
//! aether-oracle kzg: for each line on stdin what aether-kzg-probe answers, by the crate kzg-rs.

mod kes;
mod kzg;

use serde::{de::DeserializeOwned, Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{BufRead, Write};

type Hash = [u8; 32];
type Set = BTreeMap<ObjectId, ()>; // a map without values has the bytes of a set, and BCS checks its order

#[derive(Serialize, Deserialize)]
struct Input {
    utxo: Hash,
    redeemer: Option<Vec<u8>>,
}

#[derive(Serialize, Deserialize)]
struct Script {
    program: Hash,
    datum: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
enum Asset {
    Swr,
    Aic,
}

#[derive(Serialize, Deserialize)]
enum Kind {
    Account,
    Utxo,
}

#[derive(Serialize, Deserialize)]
struct Output {
    owner: Hash,
    asset: Asset,
    amount: u128,
    kind: Kind,
    script: Option<Script>,
}

#[derive(Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
enum Domain {
    Account,
    Supply,
    Treasury,
    Model,
    Job,
    Commit,
    Utxo,
    Validators,
    Upload,
    Code,
    Contract,
    Storage,
    Congestion,
    Rent,
    Stake,
    ValidatorKeys,
    Consensus,
}

#[derive(Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct ObjectId {
    domain: Domain,
    key: Hash,
}

#[derive(Serialize, Deserialize)]
struct Call {
    program: Hash,
    data: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
enum Sender {
    Ed25519(Hash),
}

#[derive(Serialize, Deserialize)]
struct Transaction {
    chain_id: u64,
    valid_until: u64,
    nonce: u64,
    sender: Sender,
    inputs: Vec<Input>,
    outputs: Vec<Output>,
    reads: Set,
    writes: Set,
    call: Option<Call>,
    gas_limit: u64,
    max_fee: u128,
    priority_fee: u128,
    signature: (Hash, Hash),
}

impl Transaction {
    /// The bounds that the type carries beside BCS.
    fn bounded(&self) -> bool {
        self.inputs.len() <= 64
            && self.inputs.iter().all(|i| i.redeemer.as_ref().map_or(true, |r| r.len() <= 4096))
            && self.outputs.len() <= 64
            && self.outputs.iter().all(|o| o.script.as_ref().map_or(true, |s| s.datum.len() <= 4096))
            && self.reads.len() <= 256
            && self.writes.len() <= 256
            && self.call.as_ref().map_or(true, |c| c.data.len() <= 60 * 1024)
    }
}

/// xorshift64*
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
    fn below(&mut self, bound: u64) -> usize {
        (self.next() >> 11) as usize % bound as usize
    }
    /// Any magnitude is as likely as any other.
    fn number(&mut self) -> u64 {
        let shift = self.below(64);
        self.next() >> shift
    }
    fn amount(&mut self) -> u128 {
        if self.below(2) == 0 { self.number().into() } else { u128::from(self.next()) << 64 | u128::from(self.next()) }
    }
    fn bytes(&mut self, most: u64) -> Vec<u8> {
        (0..self.below(most)).map(|_| self.next() as u8).collect()
    }
    fn hash(&mut self) -> Hash {
        std::array::from_fn(|_| self.next() as u8)
    }
    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.below(2) == 0 { Some(make(self)) } else { None }
    }
    fn set(&mut self) -> Set {
        (0..self.below(6))
            .map(|_| {
                let domain = match self.below(17) {
                    0 => Domain::Account,
                    1 => Domain::Supply,
                    2 => Domain::Treasury,
                    3 => Domain::Model,
                    4 => Domain::Job,
                    5 => Domain::Commit,
                    6 => Domain::Utxo,
                    7 => Domain::Validators,
                    8 => Domain::Upload,
                    9 => Domain::Code,
                    10 => Domain::Contract,
                    11 => Domain::Storage,
                    12 => Domain::Congestion,
                    13 => Domain::Rent,
                    14 => Domain::Stake,
                    15 => Domain::ValidatorKeys,
                    _ => Domain::Consensus,
                };
                (ObjectId { domain, key: self.hash() }, ())
            })
            .collect()
    }
    fn transaction(&mut self) -> Transaction {
        Transaction {
            chain_id: self.number(),
            valid_until: self.number(),
            nonce: self.number(),
            sender: Sender::Ed25519(self.hash()),
            inputs: (0..self.below(4))
                .map(|_| Input { utxo: self.hash(), redeemer: self.maybe(|r| r.bytes(200)) })
                .collect(),
            outputs: (0..self.below(4))
                .map(|_| Output {
                    owner: self.hash(),
                    asset: if self.below(2) == 0 { Asset::Swr } else { Asset::Aic },
                    amount: self.amount(),
                    kind: if self.below(2) == 0 { Kind::Account } else { Kind::Utxo },
                    script: self.maybe(|r| Script { program: r.hash(), datum: r.bytes(200) }),
                })
                .collect(),
            reads: self.set(),
            writes: self.set(),
            call: self.maybe(|r| Call { program: r.hash(), data: r.bytes(300) }),
            gas_limit: self.number(),
            max_fee: self.amount(),
            priority_fee: self.amount(),
            signature: (self.hash(), self.hash()),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).expect("hex")).collect()
}

fn decoded<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    bcs::from_bytes(bytes).ok()
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["generate", seed, count] => {
            let mut random = Random(seed.parse::<u64>().expect("seed") | 1);
            for _ in 0..count.parse().expect("count") {
                let bytes = bcs::to_bytes(&random.transaction()).expect("encodes");
                writeln!(out, "{}", hex(&bytes)).expect("stdout");
            }
        }
        ["judge"] => {
            for line in std::io::stdin().lock().lines() {
                let verdict = match decoded::<Transaction>(&unhex(&line.expect("stdin"))) {
                    Some(tx) if tx.bounded() => format!("ok {}", hex(&bcs::to_bytes(&tx).expect("encodes"))),
                    _ => "refused".into(),
                };
                writeln!(out, "{verdict}").expect("stdout");
            }
        }
        ["kes"] => {
            for line in std::io::stdin().lock().lines() {
                writeln!(out, "{}", kes::answer(&line.expect("stdin"))).expect("stdout");
            }
        }
        ["kzg"] => {
            let settings = kzg_rs::trusted_setup::get_kzg_settings();
            for line in std::io::stdin().lock().lines() {
                writeln!(out, "{}", kzg::answer(&line.expect("stdin"), &settings)).expect("stdout");
            }
        }
        _ => {
            eprintln!("usage: aether-oracle generate SEED COUNT | judge | kes | kzg");
            std::process::exit(64);
        }
    }
}
