def handler(event, context): return {"ok": True, "n": len(event.get("Records", []))}
