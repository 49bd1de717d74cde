import torch

from ganstudio.gans.text2image import Text2Image
from ganstudio.nn.batch import Batch
from ganstudio.samples import ConditionSpec, SampleSpec

TEXT = ConditionSpec("text", ("", "?", "red", "blue", "hat", "hair"), (3,))
SPEC = SampleSpec("image", (3, 16, 16), TEXT)
CAPTIONS = torch.tensor([[2, 4, 0], [3, 4, 0], [2, 5, 0], [3, 5, 0]])


def made(**knobs) -> tuple[Text2Image, Batch, torch.Tensor]:
    torch.manual_seed(0)
    gan = Text2Image(Text2Image.Config(batch=4, width=4, text_dim=8, **knobs), SPEC)
    return gan, Batch(torch.rand(4, 3, 16, 16) * 2 - 1, CAPTIONS), torch.zeros(4, 3, 16, 16)


def test_the_mismatch_shares_with_the_fakes():
    gan, batch, fake = made(mismatch_weight=0.0)
    gan.D.eval()
    alone = gan.d_terms(batch, fake)
    gan.config = gan.config.model_copy(update={"mismatch_weight": 0.25})
    shared = gan.d_terms(batch, fake)
    assert alone["mismatch"] == 0
    assert shared["mismatch"] > 0
    torch.testing.assert_close(shared["fake"], 0.75 * alone["fake"])
    torch.testing.assert_close(shared["real"], alone["real"])
    assert 0 <= gan.watched["captions told apart"] <= 1


def test_each_term_of_g_can_be_left_out():
    gan, batch, _ = made(ms_weight=0.0, int_weight=0.0)
    fake = gan.fakes(batch, torch.randn(4, 64))
    assert set(gan.g_terms(batch, fake)) == {"fooled"}
    gan.config = gan.config.model_copy(update={"ms_weight": 1.0, "int_weight": 1.0})
    terms = gan.g_terms(batch, fake)
    assert set(terms) == {"fooled", "sameness", "midway"}
    terms["midway"].backward()
    assert gan.G.encoder.embedding.weight.grad.abs().sum() > 0


def test_a_few_steps_teach_d_which_caption_belongs_to_which_picture():
    """Red captions go with red pictures: after a little while D can tell."""
    gan, _, fake = made(mismatch_weight=0.9)
    captions = CAPTIONS[:2]
    real = torch.zeros(2, 3, 16, 16)
    real[0, 0] = real[1, 2] = 1.0
    optimizer = torch.optim.Adam(gan.D.parameters(), lr=3e-3)
    for _ in range(40):
        optimizer.zero_grad()
        terms = gan.d_terms(Batch(real, captions), fake[:2])
        (terms["real"] + terms["mismatch"]).backward()
        optimizer.step()
    right, wrong, _ = gan.D.three(real, fake[:2], captions)
    assert (right > wrong + 0.5).all()
