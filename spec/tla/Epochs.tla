-------------------------------- MODULE Epochs --------------------------------
(* That sets of validators and randomness never depend on a branch (spec/consensus.md, "Sets and randomness"). Votes are left
   out: within one set, a block with C2 is the only one of its slot with C1, as Consensus shows; between two sets nothing
   is promised. Slots are decided one after the other.                                                                    *)
EXTENDS Integers, Sequences

CONSTANTS
  Slots,        \* slots 1 .. Slots; genesis is slot 0
  Early, Late,  \* slots of an epoch whose blocks give the next randomness, and the others, its last third
  Bug           \* "none", or the name of one planted error

VARIABLES
  certified,    \* blocks with C1
  final,        \* blocks with C2
  slot          \* the newest slot decided

vars == <<certified, final, slot>>

(* ---- blocks: a block is the path of labels from genesis to it ---- *)
Before(b, s) == IF s <= 0 THEN <<>> ELSE SubSeq(b, 1, IF s < Len(b) THEN s ELSE Len(b))
Extends(b, a) == Len(a) <= Len(b) /\ Before(b, Len(a)) = a
Conflict(a, b) == ~Extends(a, b) /\ ~Extends(b, a)

Length == Early + Late
EpochOf(s) == s \div Length
FirstSlot(e) == e * Length
IsLate(s) == s % Length >= Early

\* What the set of b's slot is made from: all up to the last block of the epoch before the last.
SetOf(b) == Before(b, FirstSlot(EpochOf(Len(b)) - (IF Bug = "set_of_last_epoch" THEN 0 ELSE 1)) - 1)
\* What its randomness is made from: all up to the last early block of the last epoch.
RandomnessOf(b) ==
  Before(b, FirstSlot(EpochOf(Len(b)) - 1) + (IF Bug = "randomness_of_whole_epoch" THEN Length ELSE Early) - 1)

\* A child of p is valid: the first block of an epoch names a final ancestor in the last third of the epoch before.
MayExtend(p) ==
  \/ (Len(p) + 1) % Length # 0
  \/ Bug = "stale_final"
  \/ \E f \in final :
       /\ EpochOf(Len(f)) = EpochOf(Len(p)) /\ (IsLate(Len(f)) \/ Bug = "final_too_early")
       /\ Extends(p, f)

Init == certified = {<<>>} /\ final = {<<>>} /\ slot = 0

\* One block of the next slot gets C1, or two do. Of two with one set none gets C2.
Decide ==
  /\ slot < Slots
  /\ \E p, q \in {b \in certified : Len(b) = slot /\ MayExtend(b)} :
       \E heads \in {{Append(p, 1)}, {Append(p, 1), Append(q, 2)}} :
         /\ certified' = certified \cup heads
         /\ \E done \in SUBSET {b \in heads : \A c \in heads : c = b \/ SetOf(c) # SetOf(b)} : final' = final \cup done
  /\ slot' = slot + 1

Spec == Init /\ [][Decide]_vars

(* ---- invariants ---- *)
Agreement == \A a, b \in final : ~Conflict(a, b)

BranchesAgree == \A a, b \in certified : Len(a) = Len(b) => SetOf(a) = SetOf(b) /\ RandomnessOf(a) = RandomnessOf(b)
=============================================================================
