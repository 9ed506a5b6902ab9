------------------------------- MODULE Progress -------------------------------
(* Liveness of a slot of spec/consensus.md, as a bounded check. Faulty validators have done what they liked, and may go on:
   give a header or their prevotes to one validator only, or to nobody. What honest validators have sent arrives, in any
   order, and delays end. Unstuck says that until every honest validator holds a C1 of the slot, one of them has a step
   left that nobody can prevent. Every such step adds to finite sets, so all come to hold one.                            *)
EXTENDS Integers, FiniteSets, TLC

CONSTANTS
  Proposer,         \* an honest validator that has a header to make
  Others,           \* the other honest ones
  Faulty,           \* faulty validators; one of them has the better place and makes two headers
  Bug               \* "none", or the name of one planted error

VARIABLE node       \* node[v], v honest: see Start

(* ---- headers: <<place in the order, copy>> ---- *)
Honest == {Proposer} \cup Others
Pair == {<<1, 1>>, <<1, 2>>}
Own == <<2, 1>>
Headers == {Own} \cup Pair

IsQuorum(S) == 3 * Cardinality(S) > 2 * Cardinality(Honest \cup Faulty)

Start == [
  known |-> {},       \* headers received, the own one once it is made
  prevotes |-> {},
  counted |-> {},     \* those of them that others keep
  precommit |-> {},   \* at most one
  held |-> {}]        \* the first block of which a C1 is held

Caught(n) == Pair \subseteq n.known
Usable(n) == IF Caught(n) THEN n.known \ Pair ELSE n.known

NoneBetter(n, place) == \A b \in (IF Bug = "wait_for_caught" THEN n.known ELSE Usable(n)) : b[1] >= place

(* ---- steps that honest validators take, or that the network cannot withhold from them for ever ---- *)
AfterPropose(v, n) ==
  IF v = Proposer /\ Own \notin n.known /\ n.held = {} /\ NoneBetter(n, Own[1])
    THEN {[n EXCEPT !.known = @ \cup {Own}]}
    ELSE {}

AfterPrevote(n) ==
  IF n.held # {} \/ n.precommit # {} \/ (Bug = "one_prevote_a_slot" /\ n.prevotes # {}) THEN {}
  ELSE {[n EXCEPT !.prevotes = @ \cup {b}, !.counted = IF Bug = "keep_newest_prevote" THEN {b} ELSE @ \cup {b}] :
          b \in {c \in Usable(n) : NoneBetter(n, c[1]) /\ \A d \in n.prevotes : d[1] # c[1]}}

\* What w sends on: headers that it prevoted or made, both of a caught proposer.
Relayed(w) ==
  LET n == node[w] IN
  (IF Bug = "keep_prevoted_header" THEN {} ELSE n.prevotes)
  \cup (IF w = Proposer THEN n.known \cap {Own} ELSE {})
  \cup (IF Caught(n) /\ Bug # "drop_second_header" THEN Pair ELSE {})

AfterLearn(n, relayed) == {[n EXCEPT !.known = @ \cup {b}] : b \in relayed \ n.known}

Hold(n, b) == [n EXCEPT
  !.held = {b},
  !.precommit = IF @ = {} /\ n.prevotes \subseteq {b} THEN {b} ELSE @]

AfterC1(n, certified) == IF n.held # {} THEN {} ELSE {Hold(n, b) : b \in certified}

Relays == UNION {Relayed(w) : w \in Honest}
Prevoters(b) == {v \in Honest : b \in node[v].counted}
SentOn == IF Bug = "keep_certificate" THEN {} ELSE UNION {node[w].held : w \in Honest}
Certified == {b \in Headers : IsQuorum(Prevoters(b))} \cup SentOn

Sure(v, relayed, certified) ==
  LET n == node[v] IN
  AfterPropose(v, n) \cup AfterPrevote(n) \cup AfterLearn(n, relayed) \cup AfterC1(n, certified)

(* ---- steps that may happen or not ---- *)
\* A faulty validator gives v one of its headers, or the prevotes that complete a C1.
AfterGift(n) ==
  {[n EXCEPT !.known = @ \cup {b}] : b \in Pair \ n.known}
  \cup AfterC1(n, {b \in Headers : IsQuorum(Prevoters(b) \cup Faulty)})

\* The record has the votes, the own header, and the C1 that the precommit rests on. All else is lost.
AfterCrash(v, n) ==
  {[n EXCEPT !.known = n.prevotes \cup (IF v = Proposer THEN n.known \cap {Own} ELSE {}),
             !.held = IF Bug = "certificate_not_persisted" THEN {} ELSE n.precommit]}

Init == node = [v \in Honest |-> Start]

Next ==
  \E relayed \in {Relays}, certified \in {Certified} : \E v \in Honest :
    \E n \in (Sure(v, relayed, certified) \cup AfterGift(node[v]) \cup AfterCrash(v, node[v])) \ {node[v]} :
      node' = [node EXCEPT ![v] = n]

Spec == Init /\ [][Next]_node

(* ---- invariants ---- *)
Done == \A v \in Honest : node[v].held # {}

Unstuck == Done \/ LET relayed == Relays
                       certified == Certified
                   IN \E v \in Honest : Sure(v, relayed, certified) # {}

\* A block that alone was prevoted is final once all that was sent has arrived.
Direct == \A b \in Headers :
  (\A v \in Honest : node[v].prevotes \subseteq {b} /\ node[v].held = {b}) => IsQuorum({v \in Honest : b \in node[v].precommit})

Symmetry == Permutations(Others)
=============================================================================
