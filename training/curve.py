"""Draws a run's learning curve from WORK/run/log.tsv as an SVG picture."""
from pathlib import Path

WIDTH, HEIGHT, MARGIN = 720, 360, 48


def smooth(values, share=0.9):
    """An exponential moving average."""
    result, mean = [], values[0]
    for v in values:
        mean = share * mean + (1 - share) * v
        result.append(mean)
    return result


def run(work, name):
    """Writes WORK/run/curve.svg: training loss (nats a token) against tokens seen."""
    folder = Path(work) / "run"
    rows = [line.split("\t") for line in (folder / "log.tsv").read_text().splitlines()]
    tokens, losses = [int(r[1]) / 1e6 for r in rows], [float(r[4]) for r in rows]
    low, high, last = min(losses), max(losses), tokens[-1]
    x = [MARGIN + (WIDTH - 2 * MARGIN) * t / last for t in tokens]

    def line(values, style):
        y = [HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (v - low) / max(high - low, 1e-9) for v in values]
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y))
        return f'<polyline fill="none" {style} points="{points}"/>'

    labels = [
        (MARGIN, 24, f"{name}: training loss, nats a token"),
        (8, MARGIN, f"{high:.2f}"),
        (8, HEIGHT - MARGIN, f"{low:.2f}"),
        (WIDTH - MARGIN - 90, HEIGHT - 16, f"{last:.1f}M tokens"),
    ]
    texts = "".join(f'<text x="{a}" y="{b}" font-family="sans-serif" font-size="13">{t}</text>' for a, b, t in labels)
    axes = f'<path d="M{MARGIN} {MARGIN}V{HEIGHT - MARGIN}H{WIDTH - MARGIN}" fill="none" stroke="#888"/>'
    curves = line(losses, 'stroke="#cbd5e1"') + line(smooth(losses), 'stroke="#b45309" stroke-width="2"')
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">'
    picture += f'<rect width="100%" height="100%" fill="white"/>{axes}{curves}{texts}</svg>\n'
    (folder / "curve.svg").write_text(picture)
    print(f"{folder / 'curve.svg'}: {len(rows)} points, last loss {losses[-1]:.3f}", flush=True)
