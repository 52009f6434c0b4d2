"""The recipe that makes the embedded model; the product never imports it.

`convert` takes the weights of an encoder apart and puts them together in the folder that ships,
`index/model`. Install what it needs with `pip install -e ".[training]"`.
"""
