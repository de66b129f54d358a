"""What every generated client carries beside its own modules; copied into it file by file.

Plain Python, the same in each client: it imports the standard library, attrs, httpx,
httpx-retries and jsonschema-rs, its neighbours relatively, and nothing of specproof.
"""
