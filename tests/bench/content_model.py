#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes extract/content_model.def: python3 tests/bench/content_model.py --blocks CONTENT_BLOCKS --data DIR... [--write FILE]

Each DIR holds truth.jsonl and pages/ID.html.xz, as content scorers have them: a truth has "main" or "body" (the content's
text), or "with" and "without" (texts that belong to it or don't). Blocks whose words are in the truth are content; the trees
learn that, pages of one site always on one side. Without --write only the cross-validated scores are told.
Needs numpy and scikit-learn (Debian: python3-sklearn)."""
import argparse
import collections
import hashlib
import json
import lzma
import math
import pathlib
import re
import subprocess
import urllib.parse

import numpy
from sklearn.ensemble import HistGradientBoostingClassifier

TREES = {"max_iter": 110, "max_leaf_nodes": 16, "learning_rate": 0.1, "min_samples_leaf": 60, "l2_regularization": 5, "random_state": 1}
FOLDS = 5


def words(text):
    return [word.lower() for word in re.findall(r"[^\W_]+", text)]


def squeeze(text):
    return re.sub(r"\s+", "", text)


def label_by_text(blocks, truth):
    """The share of a block's four-word runs that the truth has; short blocks count when they are lines of it."""
    all_words = words(truth)
    runs = {tuple(all_words[i:i + n]) for n in (2, 3, 4) for i in range(len(all_words) - n + 1)}
    lines = {" ".join(words(line)) for line in truth.split("\n")}
    labels = numpy.full(len(blocks), -1.0)
    for i, block in enumerate(blocks):
        if len(block) >= 4:
            own = [tuple(block[k:k + 4]) for k in range(len(block) - 3)]
            labels[i] = sum(run in runs for run in own) / len(own)
        elif block:
            labels[i] = 0.85 if " ".join(block) in lines else 0.55 if len(block) > 1 and tuple(block) in runs else 0.0
    return labels


def label_by_segments(texts, truth):
    labels = numpy.full(len(texts), -1.0)
    for key, value in (("with", 1.0), ("without", 0.0)):
        for segment in map(squeeze, truth[key]):
            for i, text in enumerate(map(squeeze, texts)):
                if segment in text or (len(text) > 25 and text in segment):
                    labels[i] = value
    return labels


def load(program, folder):
    truths = {}
    for line in (folder / "truth.jsonl").open():
        truth = json.loads(line)
        truths[truth["id"]] = truth
    process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    pages = []
    process.stdout.readline()
    for id, truth in truths.items():
        html = lzma.open(folder / "pages" / f"{id}.html.xz").read().decode("utf-8", "replace")
        process.stdin.write(json.dumps({"id": id, "html": html, "url": truth.get("url") or ""}) + "\n")
        process.stdin.flush()
        page = json.loads(process.stdout.readline())
        blocks = [words(text) for text in page["texts"]]
        text = truth.get("main", truth.get("body"))
        labels = label_by_text(blocks, text) if text is not None else label_by_segments(page["texts"], truth)
        total = max(30, len(words(text or "")))
        weights = numpy.array([min(1.0, (len(block) + 1.5) / total) if text is not None else 0.08 for block in blocks])
        if text is not None and len(weights):
            weights = weights / max(1.0, weights.sum() / 4)
        site = urllib.parse.urlparse(truth.get("url") or id).netloc or id
        pages.append({"set": folder.name, "truth": truth, "words": blocks, "labels": labels, "weights": weights,
                      "features": numpy.array(page["features"], dtype=numpy.int16),
                      "fold": int(hashlib.md5(site.encode()).hexdigest(), 16) % FOLDS})
    process.stdin.close()
    process.wait(60)
    return pages


def learn(pages):
    pages = [page for page in pages if len(page["labels"])]
    features = numpy.concatenate([page["features"] for page in pages])
    labels = numpy.concatenate([page["labels"] for page in pages])
    weights = numpy.concatenate([page["weights"] for page in pages])
    used = labels >= 0
    return HistGradientBoostingClassifier(**TREES).fit(features[used], labels[used] > 0.5,
                                                       sample_weight=weights[used] * used.sum() / weights[used].sum())


def choose(page, scores):
    """As content.c does: the blocks whose expected F1 is the highest."""
    sizes = numpy.array([len(block) for block in page["words"]], float)
    order = numpy.argsort(-scores, kind="stable")
    if not len(order) or not (sizes * scores).sum():
        return []
    expected = 2 * numpy.cumsum((sizes * scores)[order]) / (numpy.cumsum(sizes[order]) + (sizes * scores).sum())
    return order[:int(numpy.argmax(expected)) + 1]


def f1(page, kept):
    got = collections.Counter(word for i in kept for word in page["words"][i])
    want = collections.Counter(words(page["truth"].get("main", page["truth"].get("body"))))
    both = sum((got & want).values())
    return 2 * both / (sum(got.values()) + sum(want.values())) if both else float(not want and not got)


def validate(pages):
    scores = collections.defaultdict(list)
    for fold in range(FOLDS):
        model = learn([page for page in pages if page["fold"] != fold])
        for page in pages:
            if page["fold"] == fold and len(page["labels"]) and ("main" in page["truth"] or "body" in page["truth"]):
                scores[page["set"]].append(f1(page, choose(page, model.predict_proba(page["features"])[:, 1])))
    for name, values in scores.items():
        print(f"{name}: mean F1 of words {sum(values) / len(values):.4f} over {len(values)} pages not learnt from")


def flatten(nodes):
    """Left child next, the other one `other` places on."""
    flat = []

    def put(i):
        at = len(flat)
        flat.append("")
        if nodes[i]["is_leaf"]:
            flat[at] = f"L({round(float(nodes[i]['value']) * 1000)})"
            return
        put(nodes[i]["left"])
        other = len(flat) - at
        put(nodes[i]["right"])
        flat[at] = f"N({nodes[i]['feature_idx']},{math.floor(float(nodes[i]['num_threshold']))},{other})"
    put(0)
    return flat


def write(model, path):
    lines = ["/* SPDX-License-Identifier: Apache-2.0 */",
             "/* Made by tests/bench/content_model.py; read by content_score.c, which says what it means. */",
             f"PRIOR({round(float(numpy.ravel(model._baseline_prediction)[0]) * 1000)})"]
    for tree in model._predictors:
        lines += ["TREE", ""]
        for part in flatten(tree[0].nodes):
            if len(lines[-1]) + len(part) > 116:
                lines.append("")
            lines[-1] += (" " if lines[-1] else "") + part
    path.write_text("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blocks", required=True)
    parser.add_argument("--data", required=True, action="append", type=pathlib.Path)
    parser.add_argument("--write", type=pathlib.Path)
    args = parser.parse_args()
    pages = [page for folder in args.data for page in load(args.blocks, folder)]
    if args.write:
        write(learn(pages), args.write)
    else:
        validate(pages)


if __name__ == "__main__":
    main()
