import json
import numpy

a = numpy.arange(1000, dtype=numpy.float32) * numpy.float32(0.37)
b = numpy.arange(1000, dtype=numpy.float32) ** 2
numpy.save("a.npy", a)
numpy.save("b.npy", b)
numpy.save("sum.npy", a + b)
wrong = a + b
wrong[5] += 1
numpy.save("wrong.npy", wrong)
args = [{"npy": "a.npy"}, {"npy": "b.npy"}, {"zeros": "f32[1000]", "save": "out.npy"}, {"i32": 1000}]
with open("launch.json", "w") as file:
    json.dump({"kernel": "vector_add", "grid": [4, 1, 1], "block": [256, 1, 1], "args": args}, file)
