def test_buttons_are_attributes(build, heard):
    asked = build("attributes")
    told = heard(asked)
    assert [button.text() for button in asked.buttons] == ["hat", "beard", "red hair"]
    asked.buttons[2].click()
    assert told[-1].tolist() == [[1, 0, 1]]
    asked.none.click()
    assert told[-1].tolist() == [[0, 0, 0]]


def test_examples_follow_each_other(build, heard):
    asked = build("attributes")
    told = heard(asked)
    for _ in range(3):
        asked.example.click()
    assert [value.argmax() for value in told] == [1, 2, 0]
    assert not build("attributes", examples=False).example.isEnabled()
