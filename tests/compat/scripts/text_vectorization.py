"""Text classification with TextVectorization, a standardization of one's own, and folders of texts."""
import os
import re
import string
import tempfile

import tensorflow as tf
from tensorflow.keras import layers, losses

folder = tempfile.mkdtemp()
for split in ('train', 'test'):
    for label, words in (('neg', ['bad', 'boring', 'awful']), ('pos', ['good', 'great', 'lovely'])):
        os.makedirs(os.path.join(folder, split, label))
        for i in range(12):
            text = 'A %s film,<br />really %s!' % (words[i % 3], words[(i + 1) % 3])
            with open(os.path.join(folder, split, label, '%d.txt' % i), 'w') as f:
                f.write(text)

raw_train_ds = tf.keras.utils.text_dataset_from_directory(os.path.join(folder, 'train'), batch_size=8, seed=42)
raw_test_ds = tf.keras.utils.text_dataset_from_directory(os.path.join(folder, 'test'), batch_size=8)
for text_batch, label_batch in raw_train_ds.take(1):
    print("Review", text_batch.numpy()[0][:2], "Label", label_batch.numpy()[0] in (0, 1))
print("Label 0 corresponds to", raw_train_ds.class_names[0])


def custom_standardization(input_data):
    lowercase = tf.strings.lower(input_data)
    stripped_html = tf.strings.regex_replace(lowercase, '<br />', ' ')
    return tf.strings.regex_replace(stripped_html, '[%s]' % re.escape(string.punctuation), '')


max_features = 50
vectorize_layer = layers.TextVectorization(
    standardize=custom_standardization, max_tokens=max_features, output_mode='int', output_sequence_length=8)
train_text = raw_train_ds.map(lambda x, y: x)
vectorize_layer.adapt(train_text)
print(len(vectorize_layer.get_vocabulary()))


def vectorize_text(text, label):
    text = tf.expand_dims(text, -1)
    return vectorize_layer(text), label


AUTOTUNE = tf.data.AUTOTUNE
train_ds = raw_train_ds.map(vectorize_text).cache().prefetch(buffer_size=AUTOTUNE)
test_ds = raw_test_ds.map(vectorize_text).cache().prefetch(buffer_size=AUTOTUNE)

model = tf.keras.Sequential([
    layers.Embedding(max_features, 8),
    layers.Dropout(0.2),
    layers.GlobalAveragePooling1D(),
    layers.Dense(1, activation='sigmoid')])
model.compile(loss=losses.BinaryCrossentropy(), optimizer=tf.keras.optimizers.Adam(0.1),
              metrics=[tf.metrics.BinaryAccuracy(threshold=0.5)])
history = model.fit(train_ds, validation_data=test_ds, epochs=5, verbose=0)
loss, accuracy = model.evaluate(test_ds)
print("Accuracy above 0.9: ", accuracy > 0.9)
