"""A description rewritten in the part of OpenAPI that openapi-python-client reads rightly.

``draft`` holds the copy, ``reading`` makes it, the other modules are the transforms that
``specproof.generation.transforms`` lists in order.
"""
