//! For each line on stdin what the crate kzg-rs says, as aether-kzg-probe does it for ours. The crate verifies and evaluates;
//! commitments and quotients are made here from its points, by their definitions.

use crate::{hex, unhex};
use bls12_381::{G1Affine, G1Projective, Scalar};
use kzg_rs::kzg_proof::{evaluate_polynomial_in_evaluation_form, safe_scalar_affine_from_bytes, KzgProof};
use kzg_rs::{Blob, Bytes32, Bytes48, KzgSettings};

fn sum(values: &[Scalar], settings: &KzgSettings) -> String {
    let points: Vec<G1Projective> = settings.g1_points.iter().map(G1Projective::from).collect();
    hex(&G1Affine::from(G1Projective::msm_variable_base(&points, values)).to_compressed())
}

/// (p - y)/(X - z) at each root of unity; at z itself, where it is a root, by EIP-4844's formula.
fn quotient(p: &[Scalar], z: Scalar, y: Scalar, roots: &[Scalar]) -> Vec<Scalar> {
    let over = |a: Scalar, b: Scalar| a * b.invert().unwrap();
    let at = |i: usize| {
        if roots[i] != z {
            return over(p[i] - y, roots[i] - z);
        }
        (0..p.len()).filter(|&j| j != i).map(|j| over((p[j] - y) * roots[j], z * (z - roots[j]))).sum()
    };
    (0..p.len()).map(at).collect()
}

fn open(blob: &str, z: &str, settings: &KzgSettings) -> Option<String> {
    let p = Blob::from_slice(&unhex(blob)).ok()?.as_polynomial().ok()?;
    let z = safe_scalar_affine_from_bytes(&Bytes32::from_slice(&unhex(z)).ok()?).ok()?;
    let y = evaluate_polynomial_in_evaluation_form(p.clone(), z, settings).ok()?;
    let mut y_bytes = y.to_bytes();
    y_bytes.reverse();
    let proof = sum(&quotient(&p, z, y, settings.roots_of_unity), settings);
    Some(format!("{} {} {}", sum(&p, settings), proof, hex(&y_bytes)))
}

fn verify(commitment: &str, z: &str, y: &str, proof: &str, settings: &KzgSettings) -> Option<String> {
    let (commitment, proof) = (Bytes48::from_slice(&unhex(commitment)).ok()?, Bytes48::from_slice(&unhex(proof)).ok()?);
    let (z, y) = (Bytes32::from_slice(&unhex(z)).ok()?, Bytes32::from_slice(&unhex(y)).ok()?);
    let holds = KzgProof::verify_kzg_proof(&commitment, &z, &y, &proof, settings).ok()?;
    Some(holds.to_string())
}

pub fn answer(line: &str, settings: &KzgSettings) -> String {
    match line.split(' ').collect::<Vec<_>>()[..] {
        ["open", blob, z] => open(blob, z, settings),
        ["verify", commitment, z, y, proof] => verify(commitment, z, y, proof, settings),
        _ => panic!("open BLOB Z | verify COMMITMENT Z Y PROOF"),
    }
    .unwrap_or_else(|| "refused".into())
}
