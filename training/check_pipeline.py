"""Unit checks of the pipeline's parts, run by smoke.py: python3 -m unittest discover -s training -p 'check_*.py'"""
import random
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent))
from augment import Story, cut_history, move_notes, vary
from bpe import Tokenizer, train
from clean import as_action, clean_interactive, clean_prose
from dedupe import find_duplicates, without_overlap
from gpt2 import GPT2, Shape, load_model, save_model
from loss import HeadLoss, Terms, loss_plain
from muon import orthogonal
from names import NamePool, find_names, rename
from pack import encode_marked
from parts import cut, unpack
from sample import Teller
from schedule import Clock, rate
from windows import MARK, Group, Mixture, repeats

STORY = """[Title: The Bell]
[You: Tomas, a ringer]
[Captain Vey: commander of the watch; honest]

You are Tomas, a ringer in Saltmere. It is noon.

> You climb the tower.
The stair is steep. Tomas holds the rope. He is tired. A gull sits on the sill.

> You ring the bell.
The bell rings once. Then it cracks. Tomas says nothing. He waits.

> You look down.
Captain Vey stands in the square. She looks up at you. "Come down," she says.

> You go down.
You walk down the stair. The rope swings behind you. Your knees shake.

> You talk to Vey.
Vey says that the bell is old. She points at the tower. Vey looks sad. She turns away.

> You leave Saltmere.
You walk out of Saltmere. The road is dry. The sky is clear."""


class Text(unittest.TestCase):
    def test_actions_take_the_form_of_the_game(self):
        self.assertEqual(as_action("open my door"), "> You open your door.")
        self.assertEqual(as_action('"Who is it?"'), '> You say "Who is it?"')
        text = clean_interactive("A" * 220 + "\n\n> take lamp\n\nTaken.\n\n> You wait.\n\nTime goes by.")
        self.assertTrue(text.endswith("> You take lamp.\nTaken.\n\n> You wait.\nTime goes by."))

    def test_unfit_paragraphs_are_left_out(self):
        good = "The old man walks along the shore and sings. " * 6
        self.assertEqual(clean_prose(good + "\n\nSee www.example.org for more."), good.strip())
        self.assertIsNone(clean_prose("Too short."))

    def test_near_duplicates_and_overlap(self):
        words = [f"word{i}" for i in range(400)]
        first, other = " ".join(words), " ".join(f"other{i}" for i in range(400))
        near = " ".join(words[:300] + ["changed"] + words[301:])
        self.assertEqual(find_duplicates([first, other, near]), {2})
        self.assertEqual(without_overlap([near, other], [first]), [other])


class Adventures(unittest.TestCase):
    def test_notes_move_before_the_first_action_that_names_them(self):
        moved = move_notes(Story.parse(STORY), mock.Mock(random=lambda: 0.1))
        at = moved.blocks.index("[Captain Vey: commander of the watch; honest]")
        self.assertTrue(moved.blocks[at + 1].startswith("> You look down."))

    def test_cut_history_leaves_a_line_of_what_happened(self):
        story = cut_history(Story.parse(STORY), random.Random(3))
        self.assertLess(len(story.blocks), 7)
        self.assertTrue(story.blocks[0].startswith("> "))
        self.assertRegex(story.header[-1], r"^\[Earlier: .+[.!?]\]$")

    def test_names_change_everywhere_and_keep_their_kind(self):
        names = find_names(STORY, {"captain"})
        self.assertEqual(names["Vey"], "she")
        pool = NamePool({"he": ["Ivo"], "she": ["Runa"], "place": ["Hollin"]})
        text = rename(STORY, pool, mock.Mock(random=lambda: 0.1, choice=lambda free: free[0]))
        self.assertNotIn("Vey", text)
        self.assertEqual(text.count("Runa"), STORY.count("Vey"))

    def test_variants_repeat_with_the_seed(self):
        pool = NamePool.gather([STORY])
        self.assertEqual(vary(STORY, pool, random.Random(5)), vary(STORY, pool, random.Random(5)))


class Tokens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        train([STORY] * 5, 300, cls.folder.name)
        cls.tokenizer = Tokenizer(cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_text_comes_back(self):
        for text in (STORY, "tabs\tand  spaces \n\n\n", "caf\u00e9 \u2603"):
            self.assertEqual(self.tokenizer.decode(self.tokenizer.encode(text)), text)

    def test_header_and_action_lines_are_marked(self):
        packed = encode_marked(self.tokenizer, STORY)
        marked = self.tokenizer.decode((packed[packed & MARK > 0] & ~np.uint16(MARK)).tolist())
        self.assertIn("> You climb the tower.", marked)
        self.assertNotIn("stair", marked)

    def test_windows_hold_what_the_file_holds(self):
        ids = np.concatenate([[self.tokenizer.eot]] + [encode_marked(self.tokenizer, STORY)] * 4).astype(np.uint16)
        path = Path(self.folder.name) / "x.bin"
        ids.tofile(path)
        mixture = Mixture({"x": Group(path, self.tokenizer.eot)}, {"x": 1}, 128, 0.5, True)
        batch = mixture.batch(8, 64, np.random.default_rng(1))
        self.assertTrue(torch.equal(batch.tokens[:, 1:], batch.target[:, :-1]))
        self.assertTrue((batch.offset[batch.tokens[:, 0] == self.tokenizer.eot] <= 64).all())
        self.assertEqual(set(batch.weight.unique().tolist()), {0.5, 1.0})

    def test_repeats(self):
        found = repeats(np.array([[1, 2, 3, 4, 1, 2, 3, 5, 9, 1, 2, 3, 4]]))
        self.assertEqual(found.tolist(), [[-1, -1, -1, -1, -1, -1, 4, -1, -1, -1, -1, 5]])

    def test_parts_come_together(self):
        folder = Path(self.folder.name)
        (folder / "y.bin").write_bytes(bytes(range(256)) * 99)
        (folder / "parts").mkdir()
        self.assertGreater(len(cut(folder / "y.bin", folder / "parts", 100)), 1)
        unpack(folder / "parts", folder / "back")
        self.assertEqual((folder / "back/y.bin").read_bytes(), (folder / "y.bin").read_bytes())


class Model(unittest.TestCase):
    def test_both_losses_and_their_gradients_agree(self):
        torch.manual_seed(0)
        for terms in (Terms(), Terms(z=1e-2), Terms(z=1e-2, unlikelihood=0.3)):
            hidden, head = torch.randn(1100, 16, requires_grad=True), torch.randn(50, 16, requires_grad=True)
            target, weight, avoid = torch.randint(0, 50, (1100,)), torch.rand(1100), torch.randint(-1, 50, (1100,))
            results = [f(hidden, head, target, weight, avoid, terms)[0] for f in (loss_plain, HeadLoss.apply)]
            self.assertAlmostEqual(results[0].item(), results[1].item(), places=4)
            for a, b in zip(*(torch.autograd.grad(r, (hidden, head)) for r in results)):
                self.assertLess((a - b).abs().max(), 1e-5)

    def test_distilling_from_a_sure_teacher_is_cross_entropy(self):
        hidden, head, target = torch.randn(9, 4), torch.randn(7, 4), torch.arange(9) % 7
        teacher = 100 * torch.nn.functional.one_hot(target, 7).float()
        loss, cross = loss_plain(hidden, head, target, torch.ones(9), target, Terms(distill=0.5), teacher)
        self.assertAlmostEqual(loss.item(), cross.item(), places=4)

    def test_saved_and_loaded_and_read_step_by_step(self):
        model = GPT2(Shape(2, 32, 2, 24, 40)).eval()
        ids = torch.randint(0, 40, (1, 20))
        with tempfile.TemporaryDirectory() as folder, torch.no_grad():
            save_model(model, folder, 39)
            self.assertTrue(torch.equal(load_model(folder).logits(ids), model.logits(ids)))
            teller = Teller(folder)
            teller.read(ids[0, :7].numpy())
            last = teller.read(ids[0, 7:].numpy())
            self.assertLess(np.abs(last - model.logits(ids)[0, -1].numpy()).max(), 1e-4)

    def test_orthogonal(self):
        values = torch.linalg.svdvals(orthogonal(torch.randn(40, 20)))
        self.assertTrue(0.5 < values.min() and values.max() < 1.5)


class Time(unittest.TestCase):
    def test_a_pause_does_not_count(self):
        with mock.patch("schedule.time.time") as now:
            now.return_value = 0.0
            clock = Clock(10)
            for second in [*range(1, 11), 1000, 1001]:
                now.return_value = float(second)
                clock.tick()
        self.assertLessEqual(clock.spent, 10 + 4 + 1)

    def test_a_deadline_ends_the_run(self):
        with mock.patch("schedule.time.time", return_value=100.0):
            clock = Clock(10, spent=60.0, deadline=160.0)
            self.assertEqual(clock.progress(), 0.5)
        with mock.patch("schedule.time.time", return_value=161.0):
            self.assertEqual(clock.progress(), 1.0)

    def test_rate(self):
        self.assertEqual([rate(p, 0.1, 0.5) for p in (0, 0.05, 0.3, 0.75, 1)], [0, 0.5, 1, 0.5, 0])


if __name__ == "__main__":
    unittest.main()
