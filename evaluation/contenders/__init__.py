"""Intent classifiers side by side: ours, stock Rasa, node-nlp and scikit-learn baselines, on one subset of the data."""
