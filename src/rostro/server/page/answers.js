// How answers look: similarity bars, problems, photos that failed.
import { Problem } from "./api.js";
import { h } from "./dom.js";
import { has, number, reason, t } from "./words.js";

const percent = (value) => `${Math.max(0, Math.min(1, value)) * 100}%`;

/** A bar of the similarity with a mark at the threshold. Similarities below 0 are drawn as 0. */
export function similarityBar(similarity, threshold) {
  const words = `${t("similarity", { value: number(similarity, 3) })}, ${t("threshold", { value: number(threshold, 3) })}`;
  const fill = h("span", { class: similarity >= threshold ? "fill yes" : "fill" });
  const mark = h("span", { class: "mark" });
  fill.style.width = percent(similarity);
  mark.style.left = percent(threshold);
  return h(
    "div",
    { class: "similarity" },
    h("div", { class: "bar", "aria-hidden": "true" }, fill, mark),
    h("span", { class: "numbers" }, words),
  );
}

/** The rate of false matches in a sentence. */
export function rateSentence(rate) {
  if (!rate) return t("rateUnknown");
  const pairs = 1 / rate;
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(pairs)) - 1);
  return t("rate", { pairs: number(Math.round(pairs / unit) * unit) });
}

/** Why no decision was made. */
export function doubtWords({ kinds, close }) {
  const why = kinds.slice(0, 2).map((kind) => t(has(`poor.${kind}`) ? `poor.${kind}` : "poor.unclear"));
  return t(close ? "doubtClose" : "doubt", { why: why.join(t("and")) });
}

/** What is odd about a name. */
export function remarkWords({ kind, reason, values }) {
  return has(`remark.${kind}`) ? t(`remark.${kind}`, values) : reason;
}

/** How often such a search names a stranger, or nothing where that is not known. */
export function searchSentence(face) {
  const rate = face?.false_positive_identification_rate;
  if (rate === undefined) return null;
  const [low, high] = face.interval.map(percentage);
  const values = { people: number(face.people_searched), rate: percentage(rate), low, high };
  return t(face.extrapolated ? "searchRateBeyond" : "searchRate", values);
}

const percentage = (rate) => `${number(100 * rate, rate && rate < 0.0995 ? 2 : 0)}\u00a0%`;

/** Photos that failed, and why, or nothing. */
export function failureList(failed, title = t("failedPhotos")) {
  if (!failed.length) return null;
  const rows = failed.map((failure) => h("li", {}, h("b", {}, failure.photo), ": ", reason(failure)));
  return h("div", { class: "failures" }, h("h2", {}, title), h("ul", {}, ...rows));
}

/** A problem in words. */
export function problemWords(problem) {
  if (!(problem instanceof Problem)) throw problem;
  const known = `problem.${problem.kind}`;
  if (has(known)) return t(known);
  if (problem.failed.length) return problem.failed.map((item) => `${item.photo}: ${reason(item)}`).join("; ");
  return problem.message;
}
