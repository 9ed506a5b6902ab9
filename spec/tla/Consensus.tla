------------------------------ MODULE Consensus ------------------------------
(* Safety of the two-phase certificates of spec/consensus.md. Time, order and delays are left out: a header, a vote or a
   certificate may reach anyone at any time after it was made, or never, so every order of delivery is a behaviour.       *)
EXTENDS Integers, FiniteSets, Sequences, TLC

CONSTANTS
  Alike, Other,     \* honest validators: those that are interchangeable, and the rest
  Faulty,           \* faulty validators
  Heavy,            \* those of weight 2; the others have weight 1
  Twins,            \* headers that faulty proposers make in each slot: 0, 1 or 2
  Own,              \* TRUE: an honest proposer makes one in each slot besides
  Slots,            \* slots 1 .. Slots; genesis is slot 0
  Interrupted,      \* TRUE: a crash may also fall between the sync of a vote and its sending
  Bug               \* "none", or the name of one planted error

VARIABLES
  node,             \* node[v], v honest: see Start
  proposed,         \* headers that exist
  proposal          \* newest slot that the honest proposer made a header for: in memory, and synced

vars == <<node, proposed, proposal>>

(* ---- blocks: a block is the path of labels from genesis to it; label 0 is the honest proposer's ---- *)
Genesis == <<>>
Slot(b) == Len(b)
Parent(b) == SubSeq(b, 1, Len(b) - 1)
Extends(b, a) == Len(a) <= Len(b) /\ SubSeq(b, 1, Len(a)) = a      \* a block extends itself
Conflict(a, b) == ~Extends(a, b) /\ ~Extends(b, a)
InSlot(blocks, s) == {b \in blocks : Len(b) = s}
Labels == (IF Own THEN {0} ELSE {}) \cup (1 .. Twins)

(* ---- certificates ---- *)
Honest == Alike \cup Other
Weight(S) == Cardinality(S) + Cardinality(S \cap Heavy)
Total == Weight(Honest \cup Faulty)
IsQuorum(S) == 3 * Weight(S) > 2 * Total

\* Faulty validators are taken to have signed everything: whatever they really signed, no certificate is missed.
Prevoters(b) == {v \in Honest : b \in node[v].prevotes} \cup Faulty
Precommitters(b) == {v \in Honest : b \in node[v].precommits} \cup Faulty

\* What the verifier of a certificate asks of its signers.
Verifies(S) ==
  CASE Bug = "none" -> IsQuorum(S)
    [] Bug = "quorum_off_by_one" -> 3 * Weight(S) >= 2 * Total
    [] Bug = "quorum_of_one_half" -> 2 * Weight(S) >= Total
    [] Bug = "duplicate_signer" -> \E v \in S : 3 * (Weight(S) + Weight({v})) > 2 * Total
    [] OTHER -> IsQuorum(S)

HasC1(b) == b = Genesis \/ (b \in proposed /\ (Verifies(Prevoters(b)) \/ Bug = "foreign_certificate"))
HasC2(b) == Verifies(Precommitters(b))

(* ---- what a validator remembers ---- *)
NoVotes(s) == [slot |-> s, prevotes |-> {}, precommits |-> {}]

Start == [
  record |-> NoVotes(0),      \* the votes of the newest slot voted in; older ones are forgotten
  disk |-> NoVotes(0),        \* the record as it was last synced
  slot |-> 1,                 \* the own slot
  closed |-> FALSE,           \* a C1 of the own slot is held
  prevotes |-> {},            \* all that was ever sent
  precommits |-> {}]

Votes(n, s) == IF n.record.slot = s THEN n.record ELSE NoVotes(s)

Synced(r) ==
  CASE Bug = "none" -> r
    [] Bug = "forget_prevotes" -> [r EXCEPT !.prevotes = {}]
    [] Bug = "forget_precommit" -> [r EXCEPT !.precommits = {}]
    [] OTHER -> r

\* The record is synced, then the votes go out. Sending late is a slow network's doing, so it needs no step of its own.
Recorded(n, votes, sent) == [n EXCEPT
  !.record = votes,
  !.disk = IF Bug \in {"skip_persist", "speak_before_persist"} THEN @ ELSE Synced(votes),
  !.prevotes = IF sent THEN @ \cup votes.prevotes ELSE @,
  !.precommits = IF sent THEN @ \cup votes.precommits ELSE @]

Sending == IF Interrupted THEN BOOLEAN ELSE {TRUE}

(* ---- steps ---- *)
\* The headers of faulty proposers exist from the start, one of each label in each slot, on any parent: that one is early
\* gives no honest validator a reason to vote. Which label is 1 is free, so where all are theirs, 1 extends 1.
Trees ==
  {S \in SUBSET {b \in UNION {[1 .. s -> Labels] : s \in 1 .. Slots} : b[Len(b)] # 0} :
     /\ \A b \in S : Len(b) = 1 \/ Parent(b) \in S \/ Parent(b)[Len(b) - 1] = 0
     /\ \A s \in 1 .. Slots : \A k \in 1 .. Twins : Cardinality({b \in S : Len(b) = s /\ b[s] = k}) = 1
     /\ Own \/ \A s \in 1 .. Slots : [i \in 1 .. s |-> 1] \in S}

Init ==
  /\ node = [v \in Honest |-> Start]
  /\ proposed \in Trees
  /\ proposal = [memory |-> 0, disk |-> 0]

\* Several blocks of a slot may be prevoted. The order of the blocks and the delays, which only say when, are left out.
AfterPrevote(n, certified) ==
  LET votes == Votes(n, n.slot)
      may == IF n.closed \/ votes.precommits # {} THEN Bug = "prevote_after_precommit" ELSE TRUE
      blocks == IF ~may THEN {}
                ELSE {b \in InSlot(proposed, n.slot) \ votes.prevotes :
                        Parent(b) \in certified \/ Bug = "parent_without_certificate"}
  IN {Recorded(n, [votes EXCEPT !.prevotes = @ \cup {b}], sent) : b \in blocks, sent \in Sending}

MayPrecommit(n, votes, b) ==
  /\ votes.prevotes \subseteq {b} \/ Bug = "precommit_despite_prevote"
  /\ votes.precommits = {} \/ (Bug = "precommit_twice" /\ b \notin votes.precommits)
  /\ Slot(b) >= n.record.slot \/ Bug = "precommit_old_slot"

\* The C1 of b, of the own slot or a later one, is received: precommit if the votes of that slot allow it, and go there.
AfterHolding(n, b) ==
  LET votes == Votes(n, Slot(b))
      voted == IF MayPrecommit(n, votes, b)
                 THEN {Recorded(n, [votes EXCEPT !.precommits = @ \cup {b}], sent) : sent \in Sending}
                 ELSE {n}
  IN IF Slot(b) >= n.slot THEN {[m EXCEPT !.slot = Slot(b), !.closed = TRUE] : m \in voted} ELSE voted

AfterC1(n, certified) ==
  UNION {AfterHolding(n, b) : b \in {c \in certified \ {Genesis} : Slot(c) >= n.slot \/ Bug = "precommit_old_slot"}}

AfterStart(n) == IF n.closed /\ n.slot < Slots THEN {[n EXCEPT !.slot = @ + 1, !.closed = FALSE]} ELSE {}

\* Memory is lost. Whether the own slot was synced beyond the newest vote is left open, and held certificates are gone.
AfterCrash(n) ==
  LET found == IF Bug = "restore_backup" THEN NoVotes(0) ELSE n.disk
  IN {[n EXCEPT !.record = found, !.disk = found, !.slot = s, !.closed = FALSE] :
        s \in {t \in 1 .. n.slot : t >= found.slot}}

\* Own votes are sent again while the slot lasts.
AfterRepeat(n) ==
  {[n EXCEPT !.prevotes = @ \cup n.record.prevotes, !.precommits = @ \cup n.record.precommits]}

AfterLateSync(n) == IF Bug = "speak_before_persist" THEN {[n EXCEPT !.disk = n.record]} ELSE {}

Become(v, states) ==
  /\ \E n \in states : node' = [node EXCEPT ![v] = n]
  /\ UNCHANGED <<proposed, proposal>>

Prevote(v, certified) == Become(v, AfterPrevote(node[v], certified))
HoldC1(v, certified) == Become(v, AfterC1(node[v], certified) \ {node[v]})
StartSlot(v) == Become(v, AfterStart(node[v]))
Crash(v) == Become(v, AfterCrash(node[v]) \ {node[v]})
Repeat(v) == Become(v, AfterRepeat(node[v]) \ {node[v]})
SyncLate(v) == Become(v, AfterLateSync(node[v]) \ {node[v]})

Propose(certified) ==
  \E parent \in {b \in certified : Slot(b) < Slots /\ Slot(b) >= proposal.memory} :
    /\ proposed' = proposed \cup {Append(parent, 0)}
    /\ proposal' = [memory |-> Slot(parent) + 1,
                    disk |-> IF Bug = "forget_proposal" THEN proposal.disk ELSE Slot(parent) + 1]
    /\ UNCHANGED node

CrashProposer ==
  /\ proposal.memory # proposal.disk
  /\ proposal' = [proposal EXCEPT !.memory = proposal.disk]
  /\ UNCHANGED <<node, proposed>>

Next ==
  \E certified \in {{b \in proposed \cup {Genesis} : HasC1(b)}} :       \* one set, named once
    \/ \E v \in Honest :
         Prevote(v, certified) \/ HoldC1(v, certified) \/ StartSlot(v) \/ Crash(v) \/ Repeat(v) \/ SyncLate(v)
    \/ (Own /\ (Propose(certified) \/ CrashProposer))

Spec == Init /\ [][Next]_vars

(* ---- evidence ---- *)
\* A vote is [kind, block]. Two of one validator and slot convict it if one is a precommit and the blocks differ.
Offends(x, y) ==
  /\ Slot(x.block) = Slot(y.block) /\ x.block # y.block
  /\ CASE Bug = "prevotes_are_offence" -> TRUE
       [] Bug = "evidence_without_prevotes" -> x.kind = 2 /\ y.kind = 2
       [] OTHER -> x.kind = 2 \/ y.kind = 2

Sent(v) == {[kind |-> 1, block |-> b] : b \in node[v].prevotes} \cup {[kind |-> 2, block |-> b] : b \in node[v].precommits}

\* The signer sets that a certificate of the block may show.
Certificates(kind, b) == {S \in SUBSET (IF kind = 1 THEN Prevoters(b) ELSE Precommitters(b)) : IsQuorum(S)}

\* A certificate is a message of each of its signers, so two convict all who signed both.
Convict(kind, a, b) ==
  /\ Certificates(kind, a) # {}
  /\ Offends([kind |-> kind, block |-> a], [kind |-> 2, block |-> b])
  /\ \A S \in Certificates(kind, a), T \in Certificates(2, b) : 3 * Weight(S \cap T) > Total

(* ---- invariants ---- *)
\* What is taken as final; its ancestors are final with it.
Final == {b \in proposed : IF Bug = "c1_is_final" THEN HasC1(b) ELSE HasC2(b)}

OneOwnHeader == \A s \in 1 .. Slots : Cardinality({b \in InSlot(proposed, s) : b[s] = 0}) <= 1

TypeOK ==
  /\ \A b \in proposed : Slot(b) \in 1 .. Slots
  /\ \A v \in Honest :
       /\ node[v].prevotes \subseteq proposed /\ node[v].precommits \subseteq proposed
       /\ \A r \in {node[v].record, node[v].disk} :
            /\ r.slot \in 0 .. Slots
            /\ r.prevotes \cup r.precommits \subseteq InSlot(proposed, r.slot)
       /\ node[v].slot \in 1 .. Slots /\ node[v].closed \in BOOLEAN
  /\ proposal.memory \in 0 .. Slots /\ proposal.disk \in 0 .. Slots

Agreement == \A a, b \in Final : ~Conflict(a, b)

\* What honest validators act on is signed by more than two thirds: every vote rests on a certificate that exists.
CertificateValidity ==
  \A v \in Honest :
    /\ \A b \in node[v].prevotes : Parent(b) = Genesis \/ IsQuorum(Prevoters(Parent(b)))
    /\ \A b \in node[v].precommits : IsQuorum(Prevoters(b))

NoHonestDoubleVote ==
  /\ \A v \in Honest : \A b \in node[v].precommits :
       InSlot(node[v].prevotes, Slot(b)) \subseteq {b} /\ InSlot(node[v].precommits, Slot(b)) = {b}
  /\ OneOwnHeader

\* The lemma of the safety argument: a final block is the only one of its slot with a C1.
FinalIsAlone == \A b \in proposed : HasC2(b) => \A a \in InSlot(proposed, Slot(b)) : a = b \/ ~HasC1(a)

\* No promise: it must break, or all others might hold because nothing happens.
NothingFinal == \A b \in proposed : Slot(b) = Slots => ~HasC2(b)

EvidenceSound ==
  /\ \A v \in Honest : \A x, y \in Sent(v) : ~Offends(x, y)
  /\ OneOwnHeader

EvidenceComplete ==
  \A a, b \in {c \in proposed : HasC2(c)} : (Conflict(a, b) /\ Slot(a) <= Slot(b)) =>
    \E kind \in {1, 2} : Convict(kind, SubSeq(b, 1, Slot(a)), a)

\* No vote of the newest slot voted in is ever forgotten, and that slot never falls, whatever crashes.
SafetyStateMonotone ==
  [][\A v \in Honest : LET old == node[v].record
                           new == node'[v].record
                       IN \/ new.slot > old.slot
                          \/ new.slot = old.slot /\ old.prevotes \subseteq new.prevotes
                                                 /\ old.precommits \subseteq new.precommits]_vars

Symmetry == Permutations(Alike)
=============================================================================
