// The album: a wall of people nobody had to enrol, with and without names; or one of them, with every face of theirs.
import { groupView } from "./group.js";
import { beginToMerge, PARTS, wallView } from "./albumwall.js";

/** `#album`, `#album/unnamed`, …, and `#album/group/ID`. */
export function view(part = "all", id = "") {
  return part === "group" ? groupView(id, beginToMerge) : wallView(part in PARTS ? part : "all");
}
